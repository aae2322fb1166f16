/// `cafka offsets reset`: moves the committed offsets of a group that does not
/// run.

#include "app/commands.hpp"
#include "config/client_properties.hpp"
#include "core/partition_move.hpp"
#include "io/notes.hpp"
#include "io/standard_files.hpp"
#include "kafka/offset_lookup.hpp"
#include "program/config_arguments.hpp"
#include "program/confirmation.hpp"

#include <cafka/target_position.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace cafka::app {

namespace {

constexpr auto name = "cafka offsets reset";

constexpr auto footer = R"(
The group must not run: with members it is refused, and so it is by the broker
where one joins meanwhile. Of a group that runs a partition is moved by
cafka ctl move. BEFORE is what the group has committed, "-" where that is
nothing; AFTER is where it goes on. TIME is as 2026-11-29T13:05:09Z, or
milliseconds since 1970 as 1764421509000ms; a partition without a record that is
as new goes on at its end.)";

struct arguments : config_arguments {
  std::string group;
  std::string to;
  std::string topic;
  partition_t partition = -1;
  bool dry_run = false;
  bool yes = false;
  long timeout_s = 10;
};

using offsets = std::map<topic_partition, offset_t>;

exit_code complain(const std::string& text, exit_code with) {
  io::print_note(fmt::format("{}: {}", name, text));
  return with;
}

exit_code complain(const kafka::error& x) {
  return complain(to_string(x.code) + ": " + x.text, exit_code::broker_failed);
}

/// One run of the command, on one group.
class reset {
public:
  reset(const arguments& args, const group_config& config, target_position to)
    : args_(args), config_(config), to_(to) {
  }

  exit_code run();

private:
  exit_code find_partitions();
  exit_code find_targets();
  exit_code locate_all(const kafka::offset_lookup::found<offset_range>& held,
                       const kafka::offset_lookup::found<offset_t>& times);
  exit_code commit();
  std::string table() const;

  const arguments& args_;
  const group_config& config_;
  const target_position to_;
  std::unique_ptr<kafka::offset_lookup> brokers_;
  kafka::offset_lookup::led_partitions partitions_;
  offsets before_; // those that are committed
  offsets after_;
};

/// The steps of which each needs the one before.
exit_code reset::run() {
  auto props = client_properties(config_);
  props.erase("group.instance.id");
  auto opened
    = kafka::offset_lookup::open(props, std::chrono::seconds{args_.timeout_s});
  if (!opened)
    return complain(opened.failure());
  brokers_ = std::move(*opened);
  if (auto code = find_partitions(); code != exit_code::ok)
    return code;
  auto members = brokers_->members();
  if (!members)
    return complain(members.failure());
  if (*members > 0)
    return complain(fmt::format("group {} has {} members: it is to be stopped "
                                "first",
                                config_.group, *members),
                    exit_code::check_failed);
  if (auto code = find_targets(); code != exit_code::ok)
    return code;
  fmt::print("{}", table());
  if (args_.dry_run)
    return complain("nothing was committed: --dry-run", exit_code::ok);
  std::fflush(stdout);
  auto question = fmt::format("group {} goes on there", config_.group);
  if (!args_.yes && !is_confirmed(name, question))
    return exit_code::usage;
  return commit();
}

exit_code reset::find_partitions() {
  auto topics = args_.topic.empty() ? config_.topics
                                    : std::vector<std::string>{args_.topic};
  auto found = brokers_->partitions_of(topics);
  if (!found.failures.empty())
    return complain(found.failures.front());
  partitions_ = std::move(found.partitions);
  if (args_.partition < 0)
    return exit_code::ok;
  std::erase_if(partitions_, [this](auto& x) {
    return x.first.partition != args_.partition;
  });
  if (partitions_.empty())
    return complain(fmt::format("topic {} has no partition {}", args_.topic,
                                args_.partition),
                    exit_code::usage);
  return exit_code::ok;
}

exit_code reset::find_targets() {
  std::vector<topic_partition> all;
  for (auto& [tp, leader] : partitions_)
    all.push_back(tp);
  auto committed = brokers_->committed(all);
  if (!committed)
    return complain(committed.failure());
  if (!committed->failures.empty())
    return complain(committed->failures.begin()->second);
  before_ = std::move(committed->values);
  kafka::offset_lookup::found<offset_t> times;
  if (to_.what == target_position::kind::time)
    times = brokers_->at_time(partitions_, to_.value);
  return locate_all(brokers_->ranges(partitions_), times);
}

/// All of them, or none.
exit_code
reset::locate_all(const kafka::offset_lookup::found<offset_range>& held,
                  const kafka::offset_lookup::found<offset_t>& times) {
  auto result = exit_code::ok;
  auto failures = held.failures;
  failures.insert(times.failures.begin(), times.failures.end());
  for (auto& [tp, leader] : partitions_) {
    core::position_facts found;
    if (auto i = failures.find(tp); i != failures.end())
      found.failure = i->second.text;
    else if (auto y = held.values.find(tp); y != held.values.end())
      found.held = y->second;
    if (auto i = times.values.find(tp); i != times.values.end())
      found.at_time = i->second;
    auto at = core::locate(to_, found);
    if (at.result != operation_result::done)
      result = complain(to_string(tp) + ": " + at.text,
                        at.result == operation_result::out_of_range
                          ? exit_code::check_failed
                          : exit_code::broker_failed);
    after_[tp] = at.offset;
  }
  return result;
}

/// The broker refuses it where a member has joined meanwhile.
exit_code reset::commit() {
  if (auto failure = brokers_->commit(after_)) {
    failure.text = "not committed: " + failure.text;
    return complain(failure);
  }
  return complain(fmt::format("{} offsets of group {} are committed",
                              after_.size(), config_.group),
                  exit_code::ok);
}

std::string reset::table() const {
  constexpr auto head = "TOPIC";
  auto width = std::string_view{head}.size();
  for (auto& [tp, offset] : after_)
    width = std::max(width, tp.topic.size());
  auto result = fmt::format("{:<{}}  PARTITION  {:>12}  {:>12}\n", head, width,
                            "BEFORE", "AFTER");
  for (auto& [tp, offset] : after_) {
    auto i = before_.find(tp);
    result += fmt::format("{:<{}}  {:>9}  {:>12}  {:>12}\n", tp.topic, width,
                          tp.partition,
                          i == before_.end() ? "-" : std::to_string(i->second),
                          offset);
  }
  return result;
}

/// Null: there is none of that name, or too many; that is told.
const group_config* choose(const groups& xs, const std::string& group) {
  if (group.empty() && xs.size() == 1)
    return &xs.front().options.config;
  for (auto& x : xs)
    if (x.options.config.name == group)
      return &x.options.config;
  complain(group.empty()
             ? "the config file has several groups: --group says which"
             : fmt::format("--group {}: no group of the config file has this "
                           "name",
                           group),
           exit_code::usage);
  return nullptr;
}

/// What is wrong with them; empty: nothing.
std::string wrong_with(const arguments& args, const group_config& config) {
  if (config.endpoints.empty())
    return fmt::format("group {} is embedded: --endpoints says where it runs",
                       config.name);
  if (args.partition >= 0 && args.topic.empty())
    return "--partition needs --topic";
  if (!args.topic.empty()
      && std::ranges::find(config.topics, args.topic) == config.topics.end())
    return fmt::format("--topic {}: group {} does not read it", args.topic,
                       config.name);
  return {};
}

exit_code run(const arguments& args) {
  if (!io::require_standard_output(name))
    return exit_code::usage;
  auto to = parse_target_position(args.to);
  if (!to)
    return complain(fmt::format("--to {}: earliest, latest, an offset, a time "
                                "as 2026-11-29T13:05:09Z, or milliseconds "
                                "since 1970 as 1764421509000ms",
                                args.to),
                    exit_code::usage);
  auto read = read_groups(args);
  auto* config = read ? choose(*read, args.group) : nullptr;
  if (!config)
    return exit_code::usage;
  if (auto wrong = wrong_with(args, *config); !wrong.empty())
    return complain(wrong, exit_code::usage);
  return reset{args, *config, *to}.run();
}

} // namespace

void add_offsets_reset(CLI::App& offsets, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = offsets.add_subcommand(
    "reset", "Move the committed offsets of a group that does not run");
  command->footer(footer);
  add_config_arguments(*command, *args);
  command
    ->add_option(
      "--to", args->to,
      "earliest, latest, an offset, or a time: where the group is to "
      "go on")
    ->required();
  command->add_option("--group", args->group,
                      "The group, by its name in the config file (default: "
                      "the only one)");
  command->add_option("--topic", args->topic,
                      "Only this topic (default: all that the group reads)");
  command
    ->add_option("--partition", args->partition,
                 "Only this partition of it (default: all)")
    ->check(CLI::NonNegativeNumber);
  command->add_flag("--dry-run", args->dry_run,
                    "Show before and after, and commit nothing");
  command->add_flag("--yes", args->yes, "Do not ask");
  command
    ->add_option("--timeout", args->timeout_s,
                 "Longest wait for each answer of the brokers, in seconds")
    ->check(CLI::Range(1, 600))
    ->capture_default_str();
  command->callback([args, &result] { result = run(*args); });
}

} // namespace cafka::app
