#include "config/client_properties.hpp"
#include "config/client_settings.hpp"
#include "config/failure_settings.hpp"
#include "config/property_relations.hpp"
#include "config/range_check.hpp"
#include "config/shown_key.hpp"
#include "config/topic_name.hpp"
#include "core/restart_policy.hpp"
#include "kafka/property_check.hpp"

#include "core/revoke_commit_limit.hpp"

#include <cafka/config.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace cafka {

namespace {

using errors = std::vector<config_error>;
using std::chrono::milliseconds;

// librdkafka's ranges of fetch.min.bytes, max.partition.fetch.bytes and
// fetch.wait.max.ms.
constexpr std::size_t min_bytes_max = 100'000'000;
constexpr std::size_t max_bytes_max = 1'000'000'000;
constexpr milliseconds wait_max{300'000};

/// Beyond any use.
constexpr std::size_t bytes_max = 1'000'000'000'000;

/// More threads than that no process should have; each takes a stack.
constexpr std::size_t threads_max = 10'000;

/// The smallest map has 6 bytes, 8 in Base64; a text of Kafka's protocol has an
/// int16 for its length.
constexpr std::size_t metadata_min = 8;
constexpr std::size_t metadata_max = 32'767;

void add(errors& out, const errors& more) {
  out.insert(out.end(), more.begin(), more.end());
}

void check_text(errors& out, const char* key, const std::string& value) {
  if (value.empty())
    out.push_back({key, "\"\"", "a text that is not empty"});
}

/// `host:port` or `[v6]:port`.
bool is_endpoint(const std::string& x) {
  auto colon = x.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return false;
  auto host = x.substr(0, colon);
  auto in_brackets = host.size() > 2 && host.front() == '['
                     && host.back() == ']';
  if (in_brackets)
    host = host.substr(1, host.size() - 2);
  // A comma would make two of it for librdkafka.
  auto is_wrong = [in_brackets](unsigned char c) {
    return c <= ' ' || c == ',' || c == '/' || c == '[' || c == ']' || c == '@'
           || (c == ':' && !in_brackets);
  };
  if (std::any_of(host.begin(), host.end(), is_wrong))
    return false;
  unsigned port = 0;
  auto* end = x.data() + x.size();
  auto got = std::from_chars(x.data() + colon + 1, end, port);
  return got.ec == std::errc{} && got.ptr == end && port > 0 && port < 65'536;
}

void check_endpoints(errors& out, const group_config& x) {
  if (x.endpoints.empty() && !x.embedded)
    out.push_back({"endpoints", "[]", "at least one host:port, or embedded"});
  for (auto& endpoint : x.endpoints)
    if (holds_login(endpoint))
      out.push_back({"endpoints", "(hidden)",
                     "host:port without a login, which stands in kafka { … }: "
                     "sasl-username, sasl-password"});
    else if (!is_endpoint(endpoint))
      out.push_back(
        {"endpoints", fmt::format("\"{}\"", endpoint),
         "host:port with a port from 1 to 65535, IPv6 in brackets"});
}

/// What is wrong with one of the topics, `seen` being those before it.
const char* wrong_with(const std::string& topic,
                       const std::set<std::string>& seen) {
  // librdkafka would take it for a regular expression.
  if (topic.starts_with('^'))
    return "the name of a topic: patterns are not supported";
  if (!is_topic_name(topic))
    return topic_name_rule;
  return seen.contains(topic) ? "each topic once" : nullptr;
}

void check_topics(errors& out, const group_config& x) {
  if (x.topics.empty())
    out.push_back({"topics", "[]", "at least one topic"});
  std::set<std::string> seen;
  for (auto& topic : x.topics) {
    if (auto* wrong = wrong_with(topic, seen))
      out.push_back({"topics", fmt::format("\"{}\"", topic), wrong});
    seen.insert(topic);
  }
}

struct restart_keys {
  const char* max;
  const char* window;
  const char* backoff_min;
  const char* backoff_max;
};

struct restart_values {
  std::size_t max;
  milliseconds window;
  milliseconds backoff_min;
  milliseconds backoff_max;
};

void check_restarts(errors& out, const restart_keys& keys,
                    const restart_values& x) {
  using std::chrono::duration_cast;
  auto before = out.size();
  if (x.max != group_config::unlimited)
    check_range(out, keys.max, x.max, 0, count_max);
  check_range(out, keys.window, x.window, 1, time_max);
  check_range(out, keys.backoff_min, x.backoff_min, 0, time_max);
  check_range(out, keys.backoff_max, x.backoff_max, 0, time_max);
  if (out.size() > before)
    return; // nothing to be computed from them
  core::restart_limits limits{x.backoff_min, x.backoff_max, x.max, x.window};
  if (x.backoff_max < x.backoff_min)
    out.push_back({keys.backoff_max, fmt::format("{}ms", x.backoff_max.count()),
                   fmt::format("at least {}", keys.backoff_min)});
  else if (x.max != group_config::unlimited
           && limits.time_to_exhaust() >= x.window)
    out.push_back(
      {keys.window, fmt::format("{}ms", x.window.count()),
       fmt::format(
         "more than {}ms: {} restarts take that long with these "
         "backoffs, so that {} would never be reached",
         duration_cast<milliseconds>(limits.time_to_exhaust()).count(), x.max,
         keys.max)});
}

struct owned_property {
  const char* name;
  const char* reason;
};

/// What cafka sets itself, and why it cannot be left to the user.
constexpr auto owned = std::to_array<owned_property>({
  {"enable.auto.commit", "only what is acked is committed"},
  {"auto.commit.interval.ms", "only what is acked is committed"},
  {"auto.commit.enable", "only what is acked is committed"},
  {"enable.auto.offset.store", "only what is acked is committed"},
  {"auto.offset.reset", "see begin-offset and offset-reset-policy"},
  {"enable.partition.eof", "lag needs the partitions' ends"},
  {"bootstrap.servers", "see endpoints"},
  {"metadata.broker.list", "see endpoints"},
  {"group.id", "see group"},
  {"group.instance.id", "see group-instance-id"},
  {"partition.assignment.strategy", "see assignment-strategy"},
  {"fetch.min.bytes", "see min-bytes"},
  {"max.partition.fetch.bytes", "see max-bytes"},
  {"fetch.message.max.bytes", "see max-bytes"},
  {"fetch.wait.max.ms", "see max-wait-time and sleep-timeout"},
  {"log.queue", "librdkafka's log is an event of ours"},
});

/// Why the property cannot be set; empty: it can.
std::string property_refusal(const std::string& name,
                             const std::string& value) {
  for (auto& mine : owned)
    if (name == mine.name)
      return fmt::format("not set here: {}", mine.reason);
  return kafka::property_refusal(name, value);
}

void check_kafka(errors& out, const group_config& x) {
  for (auto& [name, value] : x.kafka) {
    auto refusal = property_refusal(name, value);
    if (refusal.empty())
      continue;
    auto key = shown_property(name);
    if (key.ends_with("(hidden)")) // which librdkafka's words show
      refusal = "no such property, and its name may be a secret";
    out.push_back({"kafka." + key,
                   may_be_shown(name, value) ? value : "(hidden)",
                   std::move(refusal)});
  }
}

/// No broker of a mock cluster speaks TLS or asks for a login.
void check_embedded(errors& out, const group_config& x,
                    const client_settings& settings) {
  if (x.embedded && settings.value("security.protocol") != "plaintext")
    out.push_back({"embedded", "true",
                   fmt::format("only where {} is plaintext",
                               settings.shown("security.protocol"))});
}

/// Settings each of which is right, but which cannot stand together.
void check_together(errors& out, const group_config& x) {
  client_settings settings{x};
  if (settings.empty())
    return; // one that is wrong by itself was told already
  check_embedded(out, x, settings);
  for (auto& wrong :
       {unfit_names(x), unfit_limits(settings), unfit_security(settings)})
    add(out, wrong);
}

/// What librdkafka says when it has all: of files that are not there, above
/// all.
void check_clients(errors& out, const group_config& x) {
  if (auto refusal = kafka::consumer_refusal(client_properties(x));
      !refusal.empty())
    out.push_back({"kafka", "{ … }", std::move(refusal)});
  add(out, check_producer(x));
}

void check_drain(errors& out, const group_config& x) {
  auto limit = max_poll_interval(x.kafka);
  if (x.drain_timeout > time_max)
    return; // told already, and the sum might overflow
  if (x.drain_timeout + core::revoke_commit_limit >= limit)
    out.push_back(
      {"drain-timeout", fmt::format("{}ms", x.drain_timeout.count()),
       fmt::format("with {}s for the last commit, less than "
                   "max.poll.interval.ms ({}ms)",
                   core::revoke_commit_limit.count(), limit.count())});
}

/// A stall is found when half of the timeout passed after an end beyond the
/// position was, and a broker may keep the records so long that it knows.
void check_progress(errors& out, const group_config& x) {
  auto wait = fetch_wait(x);
  if (x.progress_timeout.count() > 0 && wait <= wait_max
      && x.progress_timeout <= 2 * wait)
    out.push_back(
      {"progress-timeout", fmt::format("{}ms", x.progress_timeout.count()),
       fmt::format("0, or more than twice what a broker may wait ({}ms of {})",
                   wait.count(),
                   x.min_bytes == 0 ? "sleep-timeout" : "max-wait-time")});
}

} // namespace

std::string to_string(const config_error& x) {
  return fmt::format("{} = {}: {}", x.key, x.value, x.allowed);
}

std::vector<config_error> validate(const group_config& x) {
  errors out;
  check_text(out, "name", x.name);
  check_text(out, "group", x.group);
  check_endpoints(out, x);
  check_topics(out, x);
  check_range(out, "min-bytes", x.min_bytes, 0, min_bytes_max);
  check_range(out, "max-bytes", x.max_bytes, 1, max_bytes_max);
  check_range(out, "max-wait-time", x.max_wait_time, 0, wait_max);
  check_range(out, "sleep-timeout", x.sleep_timeout, 0, wait_max);
  if (auto* exact = std::get_if<offset_t>(&x.begin_offset); exact && *exact < 0)
    out.push_back({"begin-offset", fmt::format("{}", *exact),
                   "earliest, latest or an offset from 0"});
  check_range(out, "prefetch-count", x.prefetch_count, 1, count_max);
  check_range(out, "prefetch-bytes", x.prefetch_bytes, 1, bytes_max);
  check_range(out, "batch-size", x.batch_size, 1, count_max);
  check_range(out, "commit-interval", x.commit_interval, 1, time_max);
  check_range(out, "commit-count", x.commit_count, 1, count_max);
  check_range(out, "handler-threads", x.handler_threads, 0, threads_max);
  check_range(out, "ack-ranges-max", x.ack_ranges_max, 1, count_max);
  check_range(out, "offset-map-max", x.offset_map_max, metadata_min,
              metadata_max);
  check_range(out, "handler-timeout", x.handler_timeout, 0, time_max);
  check_range(out, "ack-timeout", x.ack_timeout, 0, time_max);
  check_range(out, "progress-timeout", x.progress_timeout, 0, time_max);
  check_range(out, "drain-timeout", x.drain_timeout, 0, time_max);
  check_range(out, "stop-timeout", x.stop_timeout, 0, time_max);
  check_restarts(out,
                 {"restart-max", "restart-window", "restart-backoff-min",
                  "restart-backoff-max"},
                 {x.restart_max, x.restart_window, x.restart_backoff_min,
                  x.restart_backoff_max});
  check_restarts(out,
                 {"supervisor-restart-max", "supervisor-restart-window",
                  "supervisor-backoff-min", "supervisor-backoff-max"},
                 {x.supervisor_restart_max, x.supervisor_restart_window,
                  x.supervisor_backoff_min, x.supervisor_backoff_max});
  check_drain(out, x);
  check_progress(out, x);
  check_kafka(out, x);
  add(out, check_failures(x));
  check_together(out, x);
  if (out.empty())
    check_clients(out, x);
  return out;
}

} // namespace cafka
