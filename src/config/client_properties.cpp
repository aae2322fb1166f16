#include "config/client_properties.hpp"

#include "config/value_text.hpp"
#include "kafka/producing_properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cafka {

namespace {

std::string servers_of(const group_config& x) {
  return fmt::format("{}", fmt::join(x.endpoints, ","));
}

} // namespace

kafka::properties client_properties(const group_config& x) {
  kafka::properties result{x.kafka.begin(), x.kafka.end()};
  result["bootstrap.servers"] = servers_of(x);
  result["group.id"] = x.group;
  if (!x.group_instance_id.empty())
    result["group.instance.id"] = x.group_instance_id;
  auto strategy = static_cast<std::size_t>(x.assignment_strategy);
  result["partition.assignment.strategy"] = strategy_names[strategy];
  // librdkafka's least is 1, which answers as soon as there is one record.
  result["fetch.min.bytes"]
    = std::to_string(std::max<std::size_t>(x.min_bytes, 1));
  result["max.partition.fetch.bytes"] = std::to_string(x.max_bytes);
  result["fetch.wait.max.ms"] = std::to_string(fetch_wait(x).count());
  return result;
}

kafka::properties producer_properties(const group_config& x) {
  return kafka::producing_properties(client_properties(x),
                                     {x.producer.begin(), x.producer.end()},
                                     x.on_failure.dead_letter.timeout);
}

std::string client_id_of(const kafka::properties& x) {
  auto i = x.find("client.id");
  return i == x.end() ? "rdkafka" : i->second;
}

bool is_security_property(std::string_view name) {
  constexpr std::array beginnings{"security.", "ssl.",        "ssl_",
                                  "sasl.",     "enable.ssl.", "enable.sasl."};
  return std::ranges::any_of(beginnings, [&](std::string_view x) {
    return name.starts_with(x);
  });
}

std::chrono::milliseconds fetch_wait(const group_config& x) {
  return x.min_bytes == 0 ? x.sleep_timeout : x.max_wait_time;
}

std::chrono::milliseconds
max_poll_interval(const std::map<std::string, std::string>& x) {
  long result = 300'000; // librdkafka's default
  if (auto i = x.find("max.poll.interval.ms"); i != x.end()) {
    auto& text = i->second;
    std::from_chars(text.data(), text.data() + text.size(), result);
  }
  return std::chrono::milliseconds{result};
}

} // namespace cafka
