// The files in config/ and what its README says of every key.

#include "config/http_settings.hpp"
#include "config/keys.hpp"

#include "support/catch.hpp"

#include <cafka/errors.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/deep_to_string.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <tuple>

using namespace cafka;

namespace {

const std::string directory = CAFKA_CONFIG_DIRECTORY;

configured_groups sample(const std::string& name) {
  auto content = load_config(directory + "/" + name);
  if (!content)
    FAIL(text_of(content.error()));
  auto result = read_config(*content);
  for (auto& x : result.errors)
    FAIL_CHECK(to_string(x));
  return result;
}

configured_groups parsed(const std::string& text) {
  std::istringstream in{text};
  auto content = caf::actor_system_config::parse_config(in);
  REQUIRE(content);
  return read_config(*content);
}

/// Every field by its name, so that a new one breaks this until it is here.
auto fields(const group_config& x) {
  auto& [name, endpoints, group, topics, init_args, min_bytes, max_bytes,
         max_wait_time, sleep_timeout, prefetch_count, prefetch_bytes, begin,
         reset, kafka, strategy, instance, batch_size, commit_interval,
         commit_count, backoff_min, backoff_max, restart_max, restart_window,
         supervisor_max, supervisor_window, supervisor_backoff_min,
         supervisor_backoff_max, on_exhausted, on_failure, producer,
         outputs_max_bytes, handler_threads, ack_ranges_max, offset_map,
         offset_map_max, handler_timeout, ack_timeout, progress_timeout,
         drain_timeout, stop_timeout, embedded]
    = x;
  auto& [retries, then, flood_after, flood_interval, letters] = on_failure;
  auto& [letter_topic, create, replication, copy_headers, headers,
         report_timeout]
    = letters;
  return std::tuple{name,
                    endpoints,
                    group,
                    topics,
                    caf::deep_to_string(init_args),
                    min_bytes,
                    max_bytes,
                    max_wait_time,
                    sleep_timeout,
                    prefetch_count,
                    prefetch_bytes,
                    begin,
                    reset,
                    kafka,
                    strategy,
                    instance,
                    batch_size,
                    commit_interval,
                    commit_count,
                    backoff_min,
                    backoff_max,
                    restart_max,
                    restart_window,
                    supervisor_max,
                    supervisor_window,
                    supervisor_backoff_min,
                    supervisor_backoff_max,
                    on_exhausted,
                    retries,
                    then,
                    flood_after,
                    flood_interval,
                    letter_topic,
                    create,
                    replication,
                    copy_headers,
                    headers,
                    report_timeout,
                    producer,
                    outputs_max_bytes,
                    handler_threads,
                    ack_ranges_max,
                    offset_map,
                    offset_map_max,
                    handler_timeout,
                    ack_timeout,
                    progress_timeout,
                    drain_timeout,
                    stop_timeout,
                    embedded};
}

auto fields(const http_options& x) {
  auto& [listen, token_file, operations, allow_hosts] = x;
  return std::tuple{listen, token_file, operations, allow_hosts};
}

/// The defaults, with the required keys of the samples.
group_config defaults() {
  group_config result;
  result.name = "orders";
  result.endpoints = {"localhost:9092"};
  result.group = "order-readers";
  result.topics = {"orders"};
  return result;
}

std::set<std::string> known_keys() {
  std::set<std::string> result;
  for (auto& x : config_keys())
    result.emplace(x.name);
  for (auto& x : http_keys())
    result.emplace("http." + std::string{x.name});
  return result;
}

/// With the dictionaries that they stand in.
void add_keys(std::set<std::string>& to, const std::string& above,
              const caf::settings& from) {
  for (auto& [key, value] : from) {
    auto name = above + std::string{key};
    auto* nested = caf::get_if<caf::settings>(&value);
    if (nested && (is_section(name) || name == "http"))
      add_keys(to, name + ".", *nested);
    else
      to.insert(name);
  }
}

/// `a.b = value` as it stands in a file.
std::string line_of(std::string key, const std::string& value) {
  std::string braces;
  for (auto dot = key.find('.'); dot != std::string::npos;
       dot = key.find('.', dot)) {
    key.replace(dot, 1, " {\n");
    braces += "}\n";
  }
  return key + " = " + value + "\n" + braces;
}

std::set<std::string> keys_of(const std::string& name) {
  std::set<std::string> result;
  auto content = load_config(directory + "/" + name);
  REQUIRE(content);
  auto category = caf::get_if<caf::settings>(&*content, "cafka");
  REQUIRE(static_cast<bool>(category)); // a pointer or an optional
  add_keys(result, "", *category);
  return result;
}

std::string trimmed(const std::string& text, const char* what) {
  auto from = text.find_first_not_of(what);
  if (from == std::string::npos)
    return {};
  return text.substr(from, text.find_last_not_of(what) - from + 1);
}

/// Keys and defaults in the table of the README; no default: required.
std::map<std::string, std::string> documented_keys() {
  std::map<std::string, std::string> result;
  std::ifstream in{directory + "/README.md"};
  auto in_table = false;
  for (std::string line; std::getline(in, line);) {
    in_table = line.starts_with("| key | default |")
               || (in_table && line.starts_with("|"));
    if (!in_table || !line.starts_with("| `"))
      continue;
    std::istringstream cells{line.substr(1)};
    std::string key;
    std::string value;
    std::getline(cells, key, '|');
    std::getline(cells, value, '|');
    result[trimmed(key, " `")] = trimmed(value, " `");
  }
  return result;
}

} // namespace

TEST_CASE("the sample with the required keys gives the defaults") {
  auto x = sample("minimal.conf");
  REQUIRE(x.groups.size() == 1);
  CHECK(x.groups[0].handler == "print");
  CHECK(fields(x.groups[0].options.config) == fields(defaults()));
}

TEST_CASE("the sample with every key gives the defaults") {
  CHECK(keys_of("cafka.conf") == known_keys());
  auto x = sample("cafka.conf");
  REQUIRE(x.groups.size() == 1);
  CHECK(fields(x.groups[0].options.config) == fields(defaults()));
  CHECK(fields(x.http) == fields(http_options{}));
}

TEST_CASE("the sample with two groups gives both") {
  auto x = sample("two-groups.conf");
  REQUIRE(x.groups.size() == 2);
  auto& billing = x.groups[0].options.config;
  CHECK(billing.name == "billing");
  CHECK(billing.batch_size == 1);
  auto& orders = x.groups[1].options.config;
  CHECK(orders.name == "orders");
  CHECK(orders.endpoints.size() == 3);
  CHECK(orders.kafka.at("sasl.password") == "change me");
  CHECK(orders.kafka.at("security.protocol") == "sasl_ssl");
  CHECK(orders.handler_init_args.contains("encoding"));
}

TEST_CASE("the sample with TLS and a login gives both") {
  auto x = sample("secure.conf");
  REQUIRE(x.groups.size() == 1);
  auto& kafka = x.groups[0].options.config.kafka;
  CHECK(kafka.at("security.protocol") == "sasl_ssl");
  CHECK(kafka.at("sasl.mechanisms") == "SCRAM-SHA-256");
  CHECK(kafka.at("sasl.password") == "change me");
}

TEST_CASE("every key is documented with its default") {
  auto required = keys_of("minimal.conf");
  std::set<std::string> keys;
  for (auto& [key, value] : documented_keys()) {
    keys.insert(key);
    INFO(key << " = " << value);
    CHECK(value.empty() == required.contains(key));
    if (value.empty())
      continue;
    auto x = parsed("cafka {\n name = \"orders\"\n group = \"order-readers\"\n"
                    " endpoints = [\"localhost:9092\"]\n"
                    " topics = [\"orders\"]\n handler = \"print\"\n "
                    + line_of(key, value) + "}\n");
    CHECK(x.errors.empty());
    CHECK(fields(x.groups.at(0).options.config) == fields(defaults()));
    CHECK(fields(x.http) == fields(http_options{}));
  }
  CHECK(keys == known_keys());
}
