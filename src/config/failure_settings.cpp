#include "config/failure_settings.hpp"

#include "config/client_properties.hpp"
#include "config/range_check.hpp"
#include "config/shown_key.hpp"
#include "config/topic_name.hpp"
#include "config/value_text.hpp"
#include "core/dead_letter.hpp"
#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace cafka {

namespace {

using errors = std::vector<config_error>;
using std::chrono::milliseconds;

/// The producer's queue holds as much for each partition, in kilobytes that
/// librdkafka counts in an int: enough for 2,000 partitions.
constexpr std::size_t outputs_bytes_max = 1'000'000'000;

/// librdkafka's range of message.timeout.ms, where 0 is without end.
constexpr milliseconds report_timeout_max{std::numeric_limits<int>::max()};

/// Of the Kafka protocol: it is an int16 there.
constexpr int replication_max = 32'767;

bool writes_dead_letters(const failure_config& x) {
  return std::ranges::find(x.then, failure_step::dead_letter) != x.then.end();
}

/// The two ways to stop are one step.
int place_of(failure_step x) {
  return static_cast<int>(std::min(x, failure_step::stop_partition));
}

void check_steps(errors& out, const failure_config& x) {
  auto is_wrong
    = std::ranges::adjacent_find(x.then, std::ranges::greater_equal{}, place_of)
      != x.then.end();
  if (is_wrong)
    out.push_back({"on-failure.then", show(x.then),
                   "each step once, in this order: \"dead-letter\", \"skip\", "
                   "then one of \"stop-partition\" and \"stop-group\""});
  else if (x.then.empty() && x.retries != unlimited)
    out.push_back({"on-failure.then", "[]",
                   fmt::format("at least one step behind {} retries, or "
                               "retries = \"unlimited\"",
                               x.retries)});
}

/// What is wrong with a topic for dead letters; empty: nothing.
std::string wrong_with(const std::string& name, const group_config& x) {
  if (!is_topic_name(name))
    return topic_name_rule;
  if (name.starts_with("__"))
    return "a topic that does not begin with \"__\", as Kafka's own do";
  if (std::ranges::find(x.topics, name) != x.topics.end())
    return "none of topics: the group would read its own dead letters";
  return {};
}

void check_topic(errors& out, const group_config& x) {
  constexpr auto key = "on-failure.dead-letter.topic";
  auto& pattern = x.on_failure.dead_letter.topic;
  for (auto& topic : x.topics) {
    auto name = core::dead_letter_topic(pattern, x.group, topic);
    auto wrong = wrong_with_letter_topic(x, topic);
    if (wrong.empty())
      continue;
    auto meant = name == pattern
                   ? std::string{}
                   : fmt::format(", of topic \"{}\" it is \"{}\"", topic, name);
    out.push_back({key, show(pattern), wrong + meant});
    return;
  }
}

void check_dead_letters(errors& out, const group_config& x) {
  auto& letters = x.on_failure.dead_letter;
  if (letters.replication != -1
      && (letters.replication < 1 || letters.replication > replication_max))
    out.push_back({"on-failure.dead-letter.replication",
                   show(letters.replication),
                   fmt::format("-1, or from 1 to {}", replication_max)});
  check_range(out, "on-failure.dead-letter.timeout", letters.timeout, 1,
              report_timeout_max);
  if (writes_dead_letters(x.on_failure))
    check_topic(out, x);
}

struct owned_property {
  const char* name;
  const char* reason;
};

constexpr auto a_report = "what has no report of all replicas counts as not "
                          "written";
constexpr auto an_order = "outputs keep their order, and come once";

constexpr auto owned = std::to_array<owned_property>({
  {"enable.idempotence", an_order},
  {"enable.gapless.guarantee", an_order},
  {"acks", a_report},
  {"request.required.acks", a_report},
  {"delivery.report.only.error", a_report},
  {"transactional.id", "no transaction is begun"},
  {"transaction.timeout.ms", "no transaction is begun"},
  {"message.timeout.ms", "see on-failure.dead-letter.timeout"},
  {"delivery.timeout.ms", "see on-failure.dead-letter.timeout"},
  {"queue.buffering.max.kbytes", "see outputs-max-bytes"},
  {"queue.buffering.max.messages", "see outputs-max-bytes"},
  {"bootstrap.servers", "see endpoints"},
  {"metadata.broker.list", "see endpoints"},
  {"log.queue", "librdkafka's log is an event of ours"},
});

std::string refusal_of(const std::string& name, const std::string& value) {
  if (is_security_property(name))
    return "not set here: security is the group's, see kafka";
  for (auto& mine : owned)
    if (name == mine.name)
      return fmt::format("not set here: {}", mine.reason);
  return kafka::property_refusal(name, value);
}

void check_properties(errors& out, const group_config& x) {
  for (auto& [name, value] : x.producer) {
    auto refusal = refusal_of(name, value);
    if (refusal.empty())
      continue;
    auto key = shown_property(name);
    if (key.ends_with("(hidden)")) // which librdkafka's words show
      refusal = "no such property, and its name may be a secret";
    out.push_back({"producer." + key,
                   may_be_shown(name, value) ? value : "(hidden)",
                   std::move(refusal)});
  }
}

} // namespace

std::string wrong_with_letter_topic(const group_config& x,
                                    const std::string& of) {
  return wrong_with(
    core::dead_letter_topic(x.on_failure.dead_letter.topic, x.group, of), x);
}

errors check_failures(const group_config& x) {
  errors out;
  auto& failures = x.on_failure;
  if (failures.retries != unlimited)
    check_range(out, "on-failure.retries", failures.retries, 0, count_max);
  check_steps(out, failures);
  check_range(out, "on-failure.flood-after", failures.flood_after, 1,
              count_max);
  check_range(out, "on-failure.flood-interval", failures.flood_interval, 1,
              time_max);
  check_dead_letters(out, x);
  check_properties(out, x);
  check_range(out, "outputs-max-bytes", x.outputs_max_bytes, 1,
              outputs_bytes_max);
  return out;
}

errors check_producer(const group_config& x) {
  if (x.producer.empty() && !writes_dead_letters(x.on_failure))
    return {};
  auto refusal = kafka::producer_refusal(producer_properties(x));
  if (refusal.empty())
    return {};
  return {{"producer", "{ … }", std::move(refusal)}};
}

} // namespace cafka
