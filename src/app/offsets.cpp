/// `cafka offsets`: how far the groups of a config file are.

#include "app/commands.hpp"
#include "app/config_arguments.hpp"
#include "app/offset_table.hpp"
#include "app/standard_files.hpp"
#include "app/tell.hpp"
#include "caf/client_properties.hpp"
#include "kafka/offset_lookup.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  bool json = false;
  long timeout_s = 10;
};

/// The rows of one group, or why there are none.
kafka::result<std::vector<offset_row>> look_up(const group_config& x,
                                               std::chrono::seconds limit) {
  auto client = kafka::offset_lookup::open(client_properties(x), limit);
  if (!client)
    return client.failure();
  std::vector<topic_partition> partitions;
  for (auto& topic : x.topics) {
    auto found = (*client)->partitions_of(topic);
    if (!found)
      return found.failure();
    partitions.insert(partitions.end(), found->begin(), found->end());
  }
  auto committed = (*client)->committed(partitions);
  if (!committed)
    return committed.failure();
  auto ends = (*client)->ends(partitions);
  if (!ends)
    return ends.failure();
  std::vector<offset_row> result;
  for (auto& tp : partitions) {
    auto& row = result.emplace_back(offset_row{x.group, tp});
    if (auto i = committed->find(tp); i != committed->end())
      row.committed = i->second;
    if (auto i = ends->find(tp); i != ends->end())
      row.end = i->second;
  }
  return result;
}

exit_code offsets(const arguments& args) {
  if (!require_standard_output("cafka offsets"))
    return exit_code::usage;
  auto groups = read_groups(args);
  if (!groups)
    return exit_code::usage;
  std::vector<offset_row> rows;
  for (auto& x : *groups) {
    auto& config = x.options.config;
    if (config.endpoints.empty()) {
      tell(fmt::format("cafka offsets: group {} is embedded: --endpoints says "
                       "where it runs",
                       config.name));
      return exit_code::usage;
    }
    auto found = look_up(config, std::chrono::seconds{args.timeout_s});
    if (!found) {
      tell(fmt::format("cafka offsets: group {} at {}: {}: {}", config.name,
                       fmt::join(config.endpoints, ","),
                       to_string(found.failure().code), found.failure().text));
      return exit_code::broker_failed;
    }
    rows.insert(rows.end(), found->begin(), found->end());
  }
  fmt::print("{}", args.json ? json_of(rows) : table_of(rows));
  return exit_code::ok;
}

} // namespace

void add_offsets(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = program.add_subcommand(
    "offsets", "Show how far the groups of a config file are: committed "
               "offset, end and lag of each partition");
  add_config_arguments(*command, *args);
  command->add_flag("--json", args->json, "A JSON list, for programs");
  command
    ->add_option("--timeout", args->timeout_s,
                 "Longest wait for each answer of the brokers, in seconds")
    ->check(CLI::Range(1, 600))
    ->capture_default_str();
  command->callback([args, &result] { result = offsets(*args); });
}

} // namespace cafka::app
