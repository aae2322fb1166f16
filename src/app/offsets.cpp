/// `cafka offsets`: how far the groups of a config file are.

#include "app/commands.hpp"
#include "config/client_properties.hpp"
#include "io/notes.hpp"
#include "io/offset_table.hpp"
#include "io/standard_files.hpp"
#include "kafka/offset_lookup.hpp"
#include "program/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  bool json = false;
  long timeout_s = 10;
};

constexpr auto footer = R"(
LAG counts the offsets from the committed one, or from the start of the log if
that is further, to the end of what can be read. It is a bound: where the log is
compacted, or holds marks of transactions, not every offset has a record. MARK
says "beyond the end", or "below the start" and where that is, if the committed
offset stands outside of the log: the group then goes on where its
offset-reset-policy says.
"-": nothing was committed yet. "?": not known; why is told on standard error,
and the exit code is 6.)";

/// Nothing where there is none of that partition.
template <class T>
std::optional<T>
value_of(const std::map<topic_partition, T>& xs, const topic_partition& tp) {
  auto i = xs.find(tp);
  return i == xs.end() ? std::nullopt : std::optional<T>{i->second};
}

/// What can be had of one group. Each thing that cannot is told by its name.
class group_lookup {
public:
  group_lookup(const group_config& x, std::chrono::seconds limit)
    : config_(x), limit_(limit) {
  }

  void add_rows(std::vector<io::offset_row>& to);

  /// Something could not be had.
  bool failed() const noexcept {
    return failed_;
  }

private:
  template <class T>
  using found = kafka::offset_lookup::found<T>;

  void print_failure(const kafka::error& x);
  void print_failures(const std::map<topic_partition, kafka::error>& xs);

  const group_config& config_;
  std::chrono::seconds limit_;
  bool failed_ = false;
};

void group_lookup::print_failure(const kafka::error& x) {
  failed_ = true;
  io::print_note(fmt::format("cafka offsets: group {} at {}: {}: {}",
                             config_.name, fmt::join(config_.endpoints, ","),
                             to_string(x.code), x.text));
}

/// A line for each cause: many partitions may have the same.
void group_lookup::print_failures(
  const std::map<topic_partition, kafka::error>& xs) {
  std::map<std::string, std::pair<kafka::error, std::string>> causes;
  for (auto& [tp, failure] : xs) {
    auto& [cause, names] = causes[failure.text];
    cause = failure;
    names += (names.empty() ? "partition " : ", ") + to_string(tp);
  }
  for (auto& [text, cause] : causes) {
    cause.first.text = cause.second + ": " + text;
    print_failure(cause.first);
  }
}

void group_lookup::add_rows(std::vector<io::offset_row>& to) {
  auto client = kafka::offset_lookup::open(client_properties(config_), limit_);
  if (!client)
    return print_failure(client.failure());
  auto topics = (*client)->partitions_of(config_.topics);
  for (auto& x : topics.failures)
    print_failure(x);
  if (topics.partitions.empty())
    return;
  std::vector<topic_partition> partitions;
  for (auto& [tp, leader] : topics.partitions)
    partitions.push_back(tp);
  // Before the log, whose end then is none that a commit has passed meanwhile.
  auto committed = (*client)->committed(partitions);
  if (!committed)
    print_failure(committed.failure());
  else
    print_failures(committed->failures);
  auto in_log = (*client)->ranges(topics.partitions);
  print_failures(in_log.failures);
  for (auto& tp : partitions) {
    auto& row = to.emplace_back(io::offset_row{config_.group, tp, {}, {}});
    row.committed_is_known = committed && !committed->failures.contains(tp);
    if (row.committed_is_known)
      row.committed = value_of(committed->values, tp);
    row.in_log = value_of(in_log.values, tp);
  }
}

exit_code offsets(const arguments& args) {
  if (!io::require_standard_output("cafka offsets"))
    return exit_code::usage;
  auto groups = read_groups(args);
  if (!groups)
    return exit_code::usage;
  auto result = exit_code::ok;
  std::vector<io::offset_row> rows;
  for (auto& x : *groups) {
    auto& config = x.options.config;
    if (config.endpoints.empty()) {
      io::print_note(
        fmt::format("cafka offsets: group {} is embedded: --endpoints says "
                    "where it runs",
                    config.name));
      if (result == exit_code::ok)
        result = exit_code::usage;
      continue;
    }
    group_lookup lookup{config, std::chrono::seconds{args.timeout_s}};
    lookup.add_rows(rows);
    if (lookup.failed())
      result = exit_code::broker_failed;
  }
  if (!rows.empty() || result == exit_code::ok)
    fmt::print("{}", args.json ? io::json_of(rows) : io::table_of(rows));
  return result;
}

} // namespace

void add_offsets(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = program.add_subcommand(
    "offsets", "Show how far the groups of a config file are: committed "
               "offset, end and lag of each partition");
  command->footer(footer);
  add_config_arguments(*command, *args);
  // Not with `reset`, which has its own.
  auto* config = command->get_option("CONFIG")->required(false);
  command->add_flag("--json", args->json, "A JSON list, for programs");
  command
    ->add_option("--timeout", args->timeout_s,
                 "Longest wait for each answer of the brokers, in seconds")
    ->check(CLI::Range(1, 600))
    ->capture_default_str();
  add_offsets_reset(*command, result);
  command->callback([args, command, config, &result] {
    if (!command->get_subcommands().empty())
      return;
    if (config->empty())
      throw CLI::RequiredError{config->get_name()};
    result = offsets(*args);
  });
}

} // namespace cafka::app
