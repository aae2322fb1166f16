/// `cafka produce`: the lines of standard input become records.

#include "api/stop_signal.hpp"
#include "app/commands.hpp"
#include "app/line_producer.hpp"
#include "config/client_properties.hpp"
#include "io/line_buffer.hpp"
#include "io/notes.hpp"
#include "io/standard_files.hpp"
#include "program/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  std::string topic;
  std::string group;
  std::vector<std::string> headers;
  std::string separator; // with escapes
  io::line_rule rule;
  std::optional<long> timeout_s;
};

constexpr auto footer = R"(
A line is a record's value; its newline is no part of it. Records without a key
go to partitions at random, some in a row to each. The first record that cannot
be delivered ends the reading.
A batch that is too large for the topic is sent again in smaller ones; where
later lines of a partition were delivered before it, that is told, and a
kafka { batch-size = ... } below the topic's max.message.bytes keeps the order.)";

constexpr std::int64_t default_timeout_ms = 30'000;

/// How long a topic may be unknown before its records fail. Brokers that make
/// topics when they are written to take less, and librdkafka's own 30 s are
/// those of the timeout.
constexpr std::int64_t unknown_topic_ms = 10'000;

exit_code complain(const std::string& text) {
  io::print_note("cafka produce: " + text);
  return exit_code::usage;
}

/// What of a group's client properties means something to a producer.
kafka::properties properties_for(const group_config& x,
                                 std::optional<long> timeout_s) {
  auto result = client_properties(x);
  // Retries then neither change the order nor write twice.
  result.emplace("enable.idempotence", "true");
  auto timeout_ms = timeout_s.value_or(0) * 1'000;
  if (timeout_s)
    result["message.timeout.ms"] = std::to_string(timeout_ms);
  else if (!result.contains("delivery.timeout.ms")) // its other name
    result.emplace("message.timeout.ms", std::to_string(default_timeout_ms));
  // Before the records time out, which would not say why.
  result.emplace("topic.metadata.propagation.max.ms",
                 std::to_string(timeout_s
                                  ? std::min(unknown_topic_ms, timeout_ms / 2)
                                  : unknown_topic_ms));
  // A reader that is faster than the brokers waits from here on.
  result.emplace("queue.buffering.max.kbytes", "65536");
  // A line twice, as key and as value, and its framing.
  result.emplace("message.max.bytes",
                 std::to_string(2 * io::line_bytes_max + 10'000));
  return result;
}

/// Null: there is none of that name.
const group_config* choose(const groups& xs, const std::string& name) {
  if (name.empty())
    return &xs.front().options.config;
  auto i = std::find_if(xs.begin(), xs.end(),
                        [&](auto& x) { return x.options.config.name == name; });
  return i == xs.end() ? nullptr : &i->options.config;
}

/// Fills the rule; what is wrong, or nothing. Shows no header: it may hold a
/// secret, with a slip where its name should end.
std::string read_rule(arguments& args) {
  for (std::size_t i = 0; i < args.headers.size(); ++i) {
    auto& x = args.headers[i];
    auto equals = x.find('=');
    if (equals == std::string::npos || equals == 0)
      return fmt::format("--header, number {} of {}: not name=value", i + 1,
                         args.headers.size());
    args.rule.headers.emplace_back(x.substr(0, equals), x.substr(equals + 1));
  }
  auto separator = io::unescaped(args.separator);
  if (!separator)
    return fmt::format("--key-separator {}: a backslash is written \\\\, a tab "
                       "\\t and a zero byte \\0",
                       args.separator);
  args.rule.separator = std::move(*separator);
  return {};
}

exit_code produce(arguments& args) {
  if (!io::require_standard_input("cafka produce"))
    return exit_code::usage;
  auto groups = read_groups(args);
  if (!groups)
    return exit_code::usage;
  if (auto wrong = read_rule(args); !wrong.empty())
    return complain(wrong);
  auto* config = choose(*groups, args.group);
  if (!config)
    return complain(fmt::format("--group {}: no group of the config file has "
                                "this name",
                                args.group));
  if (config->endpoints.empty())
    return complain(fmt::format("group {} is embedded: --endpoints says where "
                                "it runs",
                                config->name));
  catch_stop_signals();
  return produce_lines(args.topic, args.rule,
                       properties_for(*config, args.timeout_s));
}

} // namespace

void add_produce(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = program.add_subcommand(
    "produce", "Write the lines of standard input to a topic, and wait until "
               "the brokers have them");
  add_config_arguments(*command, *args);
  command->add_option("TOPIC", args->topic)->required();
  command->add_option("--group", args->group,
                      "The group whose endpoints and kafka { … } are used "
                      "(default: the first)");
  auto* field
    = command
        ->add_option("--key-field", args->rule.key_field,
                     "Which field of a line, divided by white space, is the "
                     "key, from 1; a line without it has none")
        ->check(CLI::Range(std::size_t{1}, io::line_bytes_max));
  command
    ->add_option("--key-separator", args->separator,
                 "What stands between key and value, once per line; a line "
                 "without it has no key. \\t is a tab, \\0 a zero byte, \\\\ a "
                 "backslash")
    ->excludes(field);
  command->add_option("--null-marker", args->rule.null_marker,
                      "A key, a value or a header's value that is this text is "
                      "null: a value that is null deletes its key where the "
                      "topic is compacted");
  command
    ->add_option("--header", args->headers,
                 "A header name=value for all records; may be repeated")
    ->allow_extra_args(false);
  command
    ->add_option("--timeout", args->timeout_s,
                 "Longest time for the delivery of a record, in seconds "
                 "(default: message-timeout-ms of kafka { … }, or else 30)")
    ->check(CLI::Range(1, 600));
  command->footer(footer);
  command->callback([args, &result] { result = produce(*args); });
}

} // namespace cafka::app
