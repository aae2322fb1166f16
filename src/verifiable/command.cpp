/// `cafka verifiable-consumer`: a member of a group that a test harness drives
/// and reads, by the protocol of Apache Kafka's system tests.

#include "verifiable/command.hpp"
#include "api/control_threads.hpp"
#include "api/group_ends.hpp"
#include "api/stop_signal.hpp"
#include "io/notes.hpp"
#include "io/property_lines.hpp"
#include "io/standard_files.hpp"
#include "program/event_log.hpp"
#include "program/group_account.hpp"
#include "verifiable/member.hpp"
#include "verifiable/options.hpp"

#include <caf/actor_system_config.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>

namespace cafka::app {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Between two looks at signals and at standard output.
constexpr auto look_interval = 50ms;

/// Least time for the last lines, where the stop took all that it has.
constexpr auto flush_least = 1s;

constexpr auto footer = R"(
Speaks the protocol of org.apache.kafka.tools.VerifiableConsumer: one JSON
object per line on standard output, with `timestamp` (ms) and `name`, one of
startup_complete, partitions_assigned, partitions_revoked, records_consumed,
record_data (--verbose), offsets_committed (not with --enable-autocommit),
shutdown_complete. All else goes to standard error.

The file holds name=value lines: librdkafka's properties, and of the Java
client's group.instance.id, fetch.min.bytes, fetch.max.wait.ms,
max.partition.fetch.bytes, max.poll.records and auto.commit.interval.ms. What
the command line says, also by its defaults, goes over it.

SIGINT, SIGTERM or SIGHUP stops in order, within 20 s.)";

struct arguments : verifiable_options {
  std::string properties_path;
  log_arguments log;
};

/// Answers as far as the member told that it has consumed.
handler_factory make_handler(std::shared_ptr<verifiable_member> member,
                             std::shared_ptr<io::line_writer> out) {
  return cafka::make_handler([=](const message_batch& batch) {
    auto told = member->consume(batch);
    // Written before it is acked: whatever ends the process later, no offset is
    // committed that was not told.
    if (!told || !out->await(told->written))
      return handler_answer::continue_without_ack(); // no drain waits for acks
    return handler_answer::ack_through(told->last);
  });
}

verifiable_member::settings settings_of(const verifiable_options& x) {
  verifiable_member::settings result;
  result.verbose = x.verbose;
  result.reports_commits = !x.autocommit;
  if (x.records_max >= 0)
    result.records_max = static_cast<std::uint64_t>(x.records_max);
  return result;
}

class verifiable_run {
public:
  verifiable_run(const arguments& options, group_config config)
    : log_(make_event_log(options.log)),
      out_(std::make_shared<io::line_writer>(STDOUT_FILENO)),
      member_(std::make_shared<verifiable_member>(
        settings_of(options),
        [out = out_](const std::string& x) { return out->add(x); })) {
    add_types(config_);
    use_control_threads(config_, 1);
    options_.config = std::move(config);
    options_.handler = make_handler(member_, out_);
    options_.observer = [member = member_, account = account_,
                         log = log_](const event& x) {
      member->on_event(x);
      account->on_event(x);
      log->on_event(x);
    };
    options_.log = [log = log_](const log_record& x) { log->on_record(x); };
    system_ = std::make_unique<caf::actor_system>(config_);
  }

  exit_code run();

private:
  exit_code wait();
  exit_code stop(const group_actor& group);
  std::string await_output() const;

  std::shared_ptr<event_log> log_;
  std::shared_ptr<io::line_writer> out_;
  std::shared_ptr<verifiable_member> member_;
  std::shared_ptr<group_account> account_ = std::make_shared<group_account>();
  group_options options_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  group_ends ends_;
  clock::time_point stop_begun_;
};

exit_code verifiable_run::run() {
  member_->start();
  auto group = spawn(*system_, options_);
  if (!group) {
    log_->note(core::log_level::error, "refused",
               "cafka verifiable-consumer: " + text_of(group.error()));
    return exit_code::usage;
  }
  ends_.watch(options_.config.group, *group);
  auto result = wait();
  auto ended = stop(*group);
  result = first_of(result, ended);
  member_->end();
  auto unwritten = await_output();
  if (!unwritten.empty()) {
    log_->note(core::log_level::error, "output_failed",
               "standard output: " + unwritten);
    result = first_of(result, exit_code::check_failed);
  }
  if (!unwritten.empty() || ended != exit_code::ok) {
    // Nothing waits for a call or a write that blocks.
    io::await_printed();
    std::_Exit(static_cast<int>(result));
  }
  if (auto facts = account_->facts(); !all_go_on(facts)) {
    auto& name = options_.config.group;
    for (auto& line : summary_lines(name, name, facts))
      log_->write(line);
    result = first_of(result, exit_code::stood_still);
  }
  return result;
}

/// As long as the stop may take. Empty: all is written, else why not.
std::string verifiable_run::await_output() const {
  auto left = stop_begun_ + options_.config.stop_timeout - clock::now();
  if (out_->await_all(std::chrono::ceil<std::chrono::milliseconds>(
        std::max<duration>(left, flush_least))))
    return {};
  auto failure = out_->failure();
  return failure.empty() ? "nobody reads it" : failure;
}

/// Until there is a reason to end.
exit_code verifiable_run::wait() {
  while (stop_signal() == 0 && !member_->finished()) {
    if (!ends_.wait(1, look_interval).empty())
      break; // `stop` knows why
    if (!out_->failure().empty())
      return exit_code::check_failed;
  }
  return exit_code::ok;
}

exit_code verifiable_run::stop(const group_actor& group) {
  stop_begun_ = clock::now();
  account_->on_stop();
  send(group, stop_group{}); // nobody's where it has ended
  group_ends::reasons ended;
  do
    ended = ends_.wait(1, look_interval);
  while (ended.empty());
  auto& [name, why] = *ended.begin();
  auto result = code_of_end(why);
  if (result != exit_code::ok)
    log_->write(end_line(name, options_.config.group, why));
  return result;
}

io::property_lines read_properties(const std::string& path) {
  if (path.empty())
    return {};
  std::ifstream in{path, std::ios::binary};
  std::string text;
  for (std::string line; std::getline(in, line);)
    text += line + '\n';
  if (!in.is_open() || in.bad()) // a directory can be opened
    return {{}, {"cannot be read"}};
  return io::parse_properties(text);
}

exit_code verifiable_consumer(const arguments& args) {
  if (!io::require_standard_output("cafka verifiable-consumer"))
    return exit_code::usage;
  catch_stop_signals();
  auto file = read_properties(args.properties_path);
  auto made = make_config(args, std::move(file.values));
  for (auto& x : file.errors)
    write_refusal(args.log, core::log_level::error,
                  fmt::format("cafka verifiable-consumer: {}: {}",
                              args.properties_path, x));
  for (auto& x : made.errors)
    write_refusal(args.log, core::log_level::error,
                  "cafka verifiable-consumer: " + x);
  if (!file.errors.empty() || !made.errors.empty())
    return exit_code::usage;
  return verifiable_run{args, std::move(made.config)}.run();
}

void add_arguments(CLI::App& command, arguments& to) {
  command
    .add_option("--bootstrap-server", to.endpoints, "Brokers: host:port,…")
    ->required();
  command.add_option("--topic", to.topic, "The topic that is read")->required();
  command.add_option("--group-id", to.group, "The consumer group")->required();
  command.add_option("--group-instance-id", to.group_instance_id,
                     "Static membership under this name");
  command
    .add_option("--session-timeout", to.session_timeout_ms,
                "session.timeout.ms, in ms")
    ->capture_default_str();
  command.add_flag("--enable-autocommit", to.autocommit,
                   "Commit in intervals, and do not tell of it");
  command
    .add_option("--max-messages", to.records_max,
                "End after so many records; -1: do not")
    ->capture_default_str();
  command
    .add_option("--reset-policy", to.reset_policy,
                "Where a partition begins for which nothing is committed")
    ->check(CLI::IsMember(reset_policies()))
    ->capture_default_str();
  command
    .add_option("--assignment-strategy", to.strategy,
                "The assignor, by the name of its Java class")
    ->check(CLI::IsMember(strategies()))
    ->capture_default_str();
  command.add_option("--consumer.config", to.properties_path,
                     "A file with properties");
  command.add_flag("--verbose", to.verbose, "Tell of every record");
  add_log_arguments(command, to.log);
}

} // namespace

void add_verifiable_consumer(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = program.add_subcommand(
    "verifiable-consumer", "Be a member of a group for a test harness, by the "
                           "protocol of Kafka's system tests");
  add_arguments(*command, *args);
  command->footer(footer);
  command->callback([args, &result] { result = verifiable_consumer(*args); });
}

} // namespace cafka::app
