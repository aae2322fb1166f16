/// `cafka produce`: the lines of standard input become records.

#include "app/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/line_buffer.hpp"
#include "app/line_producer.hpp"
#include "app/standard_files.hpp"
#include "app/stop_signal.hpp"
#include "app/tell.hpp"
#include "caf/client_properties.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  std::string topic;
  std::string group;
  std::vector<std::string> headers;
  line_rule rule;
  std::optional<long> timeout_s;
};

constexpr auto footer = R"(
A line is a record's value; its newline is no part of it. Records without a key
go to partitions at random, some in a row to each. The first record that cannot
be delivered ends the reading.)";

constexpr auto default_timeout = "30000"; // ms

exit_code complain(const std::string& text) {
  tell("cafka produce: " + text);
  return exit_code::usage;
}

/// What of a group's client properties means something to a producer.
kafka::properties properties_for(const group_config& x,
                                 std::optional<long> timeout_s) {
  auto result = client_properties(x);
  // Retries then neither change the order nor write twice.
  result.emplace("enable.idempotence", "true");
  if (timeout_s)
    result["message.timeout.ms"] = std::to_string(*timeout_s * 1'000);
  else if (!result.contains("delivery.timeout.ms")) // its other name
    result.emplace("message.timeout.ms", default_timeout);
  // librdkafka's log would stand raw between our lines, and its warnings are of
  // the properties of consumers; what becomes of the records is told by their
  // deliveries. `debug` would raise the level.
  result["log_level"] = "0";
  result.erase("debug");
  // A reader that is faster than the brokers waits from here on.
  result.emplace("queue.buffering.max.kbytes", "65536");
  // A line twice, as key and as value, and its framing.
  result.emplace("message.max.bytes",
                 std::to_string(2 * line_bytes_max + 10'000));
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

exit_code produce(arguments& args) {
  if (!require_standard_input("cafka produce"))
    return exit_code::usage;
  auto groups = read_groups(args);
  if (!groups)
    return exit_code::usage;
  for (auto& x : args.headers)
    if (auto equals = x.find('='); equals == std::string::npos || equals == 0)
      return complain(fmt::format("--header {}: name=value", x));
    else
      args.rule.headers.emplace_back(x.substr(0, equals), x.substr(equals + 1));
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
        ->check(CLI::Range(std::size_t{1}, line_bytes_max));
  command
    ->add_option("--key-separator", args->rule.separator,
                 "What stands between key and value, once per line; a line "
                 "without it has no key")
    ->excludes(field);
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
