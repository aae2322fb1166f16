#include "config/property_relations.hpp"

#include "config/properties.hpp"
#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

namespace cafka {

namespace {

using errors = std::vector<config_error>;

/// `lesser` and `gap` are at most `greater`.
struct order {
  const char* lesser;
  const char* greater;
  long long gap;
  const char* reason;
  /// librdkafka finds a value itself where none is given.
  bool only_if_greater_is_given = false;
  bool zero_is_off = false; ///< `greater` of 0
};

// librdkafka 2.0 to 2.8, and Kafka's Java client for the heartbeat.
constexpr auto orders = std::to_array<order>({
  {"heartbeat.interval.ms", "session.timeout.ms", 1,
   "or the group forgets the member between two heartbeats, best three times "
   "the heartbeat's interval"},
  {"session.timeout.ms", "max.poll.interval.ms", 0,
   "which is how long a rebalance waits for the member"},
  {"fetch.wait.max.ms", "socket.timeout.ms", 1000,
   "because other requests wait behind a fetch"},
  {"fetch.wait.max.ms", "connections.max.idle.ms", 1000,
   "or connections are closed while a fetch waits", false, true},
  {"heartbeat.interval.ms", "connections.max.idle.ms", 1000,
   "or the connection is closed between two heartbeats", false, true},
  {"message.max.bytes", "fetch.max.bytes", 0,
   "or a large record does not fit in a fetch", true},
  {"reconnect.backoff.ms", "reconnect.backoff.max.ms", 0,
   "to which it doubles"},
  {"retry.backoff.ms", "retry.backoff.max.ms", 0, "to which it doubles"},
  {"topic.metadata.refresh.interval.ms", "metadata.max.age.ms", 0,
   "or what is known of the topics is dropped before it is asked for again",
   true},
});

/// Of the two the one that the user can have written.
config_error refusal_of(const order& x, const client_settings& settings) {
  auto words = [&](const char* least, const char* less, const char* beyond) {
    if (x.gap == 0)
      return std::string{least};
    return x.gap == 1 ? std::string{less}
                      : fmt::format("at least {} {}", x.gap, beyond);
  };
  if (settings.is_given(x.greater))
    return settings.refusal(x.greater,
                            fmt::format("{} {}, {}",
                                        words("at least", "more than", "above"),
                                        settings.shown(x.lesser), x.reason));
  return settings.refusal(
    x.lesser, fmt::format("{} {}, {}", words("at most", "less than", "below"),
                          settings.shown(x.greater), x.reason));
}

bool is_kept(const order& x, const client_settings& settings) {
  if (settings.value(x.greater).empty()) // this librdkafka does not have it
    return true;
  if (x.only_if_greater_is_given && !settings.is_given(x.greater))
    return true;
  auto most = settings.number(x.greater);
  return (x.zero_is_off && most == 0)
         || settings.number(x.lesser) + x.gap <= most;
}

/// For the framing of the protocol, as librdkafka demands.
constexpr long long framing_bytes = 512;

/// Of a whole fetch, whose size may be none that was given.
void check_fetch(errors& out, const client_settings& x) {
  auto most = x.fetch_max_bytes();
  if (x.is_given("receive.message.max.bytes")
      && x.number("receive.message.max.bytes") < most + framing_bytes)
    out.push_back(x.refusal(
      "receive.message.max.bytes",
      fmt::format("at least {} above {}, or a fetch would not be taken",
                  framing_bytes, x.shown("fetch.max.bytes"))));
  if (x.number("fetch.min.bytes") > most)
    out.push_back(x.refusal("fetch.min.bytes",
                            fmt::format("at most {}, which no fetch exceeds",
                                        x.shown("fetch.max.bytes"))));
}

} // namespace

std::vector<config_error> unfit_limits(const client_settings& x) {
  errors out;
  for (auto& rule : orders)
    if (!is_kept(rule, x))
      out.push_back(refusal_of(rule, x));
  check_fetch(out, x);
  return out;
}

std::vector<config_error> unfit_names(const group_config& x) {
  errors out;
  for (auto& [name, value] : x.kafka) {
    auto first = kafka::first_name(name);
    auto other = x.kafka.find(first);
    if (first != name && other != x.kafka.end() && other->second != value)
      out.push_back({"kafka." + key_of_property(name), value,
                     fmt::format("not beside {} ({}), which is the same "
                                 "property",
                                 first, other->second)});
  }
  return out;
}

} // namespace cafka
