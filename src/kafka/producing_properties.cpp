#include "kafka/producing_properties.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace cafka::kafka {

namespace {

using std::chrono::milliseconds;

/// How long a topic may be unknown before its records fail. Brokers that make
/// topics when they are written to take less.
constexpr milliseconds unknown_topic_max{10'000};

/// What a connection needs, and what it says of itself.
constexpr std::array connection_prefixes{
  "bootstrap.servers",
  "client.id",
  "security.",
  "sasl.",
  "ssl.",
  "enable.ssl",
  "enable.sasl",
  "socket.",
  "broker.",
  "reconnect.",
  "connections.",
  "api.version",
  "metadata.",
  "resolve.",
  "retry.backoff",
  "debug",
  "log_level",
};

bool is_of_connection(const std::string& name) {
  return std::any_of(connection_prefixes.begin(), connection_prefixes.end(),
                     [&](auto x) { return name.starts_with(x); });
}

} // namespace

properties producing_properties(const properties& of_group,
                                const properties& own, milliseconds timeout) {
  auto result = own;
  for (auto& x : of_group)
    if (is_of_connection(x.first))
      result.insert(x);
  if (!result.contains("delivery.timeout.ms")) // its other name
    result.emplace("message.timeout.ms", std::to_string(timeout.count()));
  result.emplace(
    "topic.metadata.propagation.max.ms",
    std::to_string(std::min(unknown_topic_max, timeout / 2).count()));
  // A right that was given meanwhile is seen when the topic is asked for; until
  // then its records are refused.
  result.emplace("topic.metadata.refresh.interval.ms", "10000");
  // A name that was mistyped is no new topic.
  result.emplace("allow.auto.create.topics", "false");
  // The greatest that librdkafka takes.
  result.emplace("message.max.bytes", "1000000000");
  result.emplace("queue.buffering.max.messages", "10000000");
  result.emplace("queue.buffering.max.kbytes", "2147483647");
  return result;
}

} // namespace cafka::kafka
