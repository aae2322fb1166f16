#include "caf/client_properties.hpp"
#include "core/restart_policy.hpp"
#include "kafka/property_check.hpp"

#include "actors/group_manager/revoke_commit_limit.hpp"

#include <cafka/config.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cafka {

namespace {

using errors = std::vector<config_error>;

void check_text(errors& out, const char* key, const std::string& value) {
  if (value.empty())
    out.push_back({key, "\"\"", "a text that is not empty"});
}

template <class T>
void check_least(errors& out, const char* key, T value, T least) {
  if (value < least)
    out.push_back(
      {key, fmt::format("{}", value), fmt::format("at least {}", least)});
}

void check_least(errors& out, const char* key, std::chrono::milliseconds value,
                 long least) {
  if (value.count() < least)
    out.push_back({key, fmt::format("{}ms", value.count()),
                   fmt::format("at least {}ms", least)});
}

/// `host:port` or `[v6]:port`.
bool is_endpoint(const std::string& x) {
  auto colon = x.rfind(':');
  if (colon == std::string::npos || colon == 0)
    return false;
  auto host = x.substr(0, colon);
  auto in_brackets = host.front() == '[' && host.back() == ']';
  if (!in_brackets && host.find_first_of(":[]/ \t") != std::string::npos)
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
    if (!is_endpoint(endpoint))
      out.push_back(
        {"endpoints", fmt::format("\"{}\"", endpoint),
         "host:port with a port from 1 to 65535, IPv6 in brackets"});
}

void check_topics(errors& out, const group_config& x) {
  if (x.topics.empty())
    out.push_back({"topics", "[]", "at least one topic"});
  for (auto& topic : x.topics)
    check_text(out, "topics", topic);
}

struct restart_keys {
  const char* max;
  const char* window;
  const char* backoff_min;
  const char* backoff_max;
};

void check_restarts(errors& out, const restart_keys& keys,
                    const core::restart_limits& x) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  if (x.backoff_max < x.backoff_min)
    out.push_back(
      {keys.backoff_max,
       fmt::format("{}ms", duration_cast<milliseconds>(x.backoff_max).count()),
       fmt::format("at least {}", keys.backoff_min)});
  else if (x.time_to_exhaust() >= x.window)
    out.push_back(
      {keys.window,
       fmt::format("{}ms", duration_cast<milliseconds>(x.window).count()),
       fmt::format("more than {}ms: {} restarts take that long with these "
                   "backoffs, so that {} would never be reached",
                   duration_cast<milliseconds>(x.time_to_exhaust()).count(),
                   x.restart_max, keys.max)});
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

void check_kafka(errors& out, const group_config& x) {
  auto before = out.size();
  for (auto& [name, value] : x.kafka)
    for (auto& mine : owned)
      if (name == mine.name) {
        auto shown = kafka::is_secret_property(name) ? "(hidden)" : value;
        auto key = "kafka." + name;
        std::replace(key.begin() + 6, key.end(), '.', '-');
        out.push_back(
          {key, shown, fmt::format("not set here: {}", mine.reason)});
      }
  if (out.size() > before)
    return;
  auto all = client_properties(x);
  // An embedded cluster has endpoints only once it runs; that they are missing
  // elsewhere is told by their own key.
  if (x.endpoints.empty())
    all["bootstrap.servers"] = "later:1";
  if (auto failure = kafka::check_properties(all))
    out.push_back({"kafka", "{ … }", failure.text});
}

void check_drain(errors& out, const group_config& x) {
  auto limit = max_poll_interval(x.kafka);
  if (x.drain_timeout + actors::revoke_commit_limit >= limit)
    out.push_back(
      {"drain-timeout", fmt::format("{}ms", x.drain_timeout.count()),
       fmt::format("with {}s for the last commit, less than "
                   "max.poll.interval.ms ({}ms)",
                   actors::revoke_commit_limit.count(), limit.count())});
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
  using size = std::size_t;
  check_least<size>(out, "max-bytes", x.max_bytes, 1);
  check_least(out, "max-wait-time", x.max_wait_time, 0);
  check_least(out, "sleep-timeout", x.sleep_timeout, 0);
  if (auto* exact = std::get_if<offset_t>(&x.begin_offset); exact && *exact < 0)
    out.push_back({"begin-offset", fmt::format("{}", *exact),
                   "earliest, latest or an offset from 0"});
  check_least<size>(out, "prefetch-count", x.prefetch_count, 1);
  check_least<size>(out, "prefetch-bytes", x.prefetch_bytes, 1);
  check_least<size>(out, "batch-size", x.batch_size, 1);
  check_least(out, "commit-interval", x.commit_interval, 1);
  check_least<size>(out, "commit-count", x.commit_count, 1);
  check_least(out, "restart-backoff-min", x.restart_backoff_min, 0);
  check_least(out, "supervisor-backoff-min", x.supervisor_backoff_min, 0);
  check_least<size>(out, "ack-ranges-max", x.ack_ranges_max, 1);
  check_least(out, "handler-timeout", x.handler_timeout, 0);
  check_least(out, "drain-timeout", x.drain_timeout, 0);
  check_least(out, "stop-timeout", x.stop_timeout, 0);
  check_restarts(out,
                 {"restart-max", "restart-window", "restart-backoff-min",
                  "restart-backoff-max"},
                 {x.restart_backoff_min, x.restart_backoff_max, x.restart_max,
                  x.restart_window});
  check_restarts(out,
                 {"supervisor-restart-max", "supervisor-restart-window",
                  "supervisor-backoff-min", "supervisor-backoff-max"},
                 {x.supervisor_backoff_min, x.supervisor_backoff_max,
                  x.supervisor_restart_max, x.supervisor_restart_window});
  check_drain(out, x);
  check_kafka(out, x);
  return out;
}

} // namespace cafka
