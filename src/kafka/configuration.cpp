#include "kafka/configuration.hpp"

#include "kafka/property_check.hpp"

#include <array>
#include <cstdlib>
#include <string_view>

namespace cafka::kafka {

namespace {

constexpr std::size_t words_max = 512; // librdkafka's own size for such texts

// Number of a version as in `rd_kafka_version()`: MM.mm.rr.xx.
constexpr int version_2_2_0 = 0x020200ff;

struct owned_property {
  const char* name;
  const char* value;
  const char* reason;
};

constexpr std::array owned_by_cafka{
  owned_property{"enable.auto.commit", "false", "cafka commits what is acked"},
  owned_property{"enable.auto.offset.store", "false",
                 "cafka commits what is acked"},
  owned_property{"auto.offset.reset", "error",
                 "cafka resets offsets by its own policy and reports it"},
  owned_property{"enable.partition.eof", "true",
                 "cafka takes a partition's end from it"},
  owned_property{"log.queue", "false", "cafka hands the log to its owner"},
};

void replace_all(std::string& text, std::string_view what,
                 std::string_view with) {
  for (auto i = text.find(what); i != std::string::npos;
       i = text.find(what, i + with.size()))
    text.replace(i, what.size(), with);
}

error config_error(std::string text) {
  error result;
  result.code = errc::invalid_config;
  result.text = std::move(text);
  return result;
}

error refused(const std::string& name, const std::string& value,
              const std::string& reason) {
  auto shown = is_secret_property(name) ? std::string{"***"}
                                        : "'" + value + "'";
  return config_error("property " + name + " = " + shown + ": "
                      + without_secrets(reason, {{name, value}}));
}

error set(rd_kafka_conf_t* conf, const std::string& name,
          const std::string& value) {
  auto words = set_property(conf, name, value);
  return words.empty() ? error{} : refused(name, value, words);
}

error set_all(rd_kafka_conf_t* conf, const properties& props) {
  for (auto& [name, value] : props)
    if (auto failure = set(conf, name, value))
      return failure;
  return {};
}

error require(const properties& props, const std::string& name) {
  if (auto i = props.find(name); i != props.end() && !i->second.empty())
    return {};
  return config_error("property " + name + " is required");
}

error refuse_owned(const properties& props) {
  for (auto& x : owned_by_cafka)
    if (auto i = props.find(x.name); i != props.end())
      return refused(x.name, i->second,
                     std::string{"set by cafka to "} + x.value + ": "
                       + x.reason);
  return {};
}

// librdkafka's queue limits hold per partition here, because partition queues
// are not forwarded. At a limit, fetching stops; from 2.2 on it goes on as soon
// as fetch.queue.backoff.ms says (librdkafka #2879), before see
// `stops_fetching_for_long`. So before 2.2 the limit by count is lifted. The
// one by size holds some fetches of the usual 1 MB: with 1, 12 and 200
// partitions nothing was lost against 32 MB (librdkafka 2.0.2, 2026-11), and
// 200 partitions take 1.6 GB at most.
properties queue_limits() {
  properties result{{"queued.max.messages.kbytes", "8192"}};
  if (rd_kafka_version() < version_2_2_0)
    result.emplace("queued.min.messages", "1000000");
  else
    result.emplace("fetch.queue.backoff.ms", "10");
  return result;
}

// The one place where librdkafka tells that it joins its group anew is a line
// of its `cgrp` debug log; see `membership`.
std::string with_join_states(const properties& props) {
  auto i = props.find("debug");
  return i == props.end() || i->second.empty() ? "cgrp" : i->second + ",cgrp";
}

properties consumer_defaults() {
  auto result = queue_limits();
  // A restart at another offset then concerns one partition only, and a
  // rebalance stops only what moves (KIP-429).
  result.emplace("partition.assignment.strategy", "cooperative-sticky");
  return result;
}

error fill_consumer(rd_kafka_conf_t* conf, const properties& props) {
  if (auto failure = require(props, "bootstrap.servers"))
    return failure;
  if (auto failure = require(props, "group.id"))
    return failure;
  if (auto failure = refuse_owned(props))
    return failure;
  for (auto& x : owned_by_cafka)
    if (auto failure = set(conf, x.name, x.value))
      return failure;
  auto all = props;
  all.merge(consumer_defaults()); // keeps what the caller set
  all["debug"] = with_join_states(props);
  return set_all(conf, all);
}

// Not stderr, as without it.
void drop_line(const rd_kafka_t*, int, const char*, const char*) {
}

std::size_t number_of(rd_kafka_t* client, const char* name) {
  std::array<char, words_max> words{};
  auto size = words.size();
  rd_kafka_conf_get(rd_kafka_conf(client), name, words.data(), &size);
  return std::strtoull(words.data(), nullptr, 10);
}

} // namespace

bool stops_fetching_for_long() {
  return rd_kafka_version() < version_2_2_0;
}

core::volume fetch_stop(rd_kafka_t* client) {
  return {number_of(client, "queued.min.messages"),
          number_of(client, "queued.max.messages.kbytes") * 1024};
}

std::chrono::milliseconds session_timeout(rd_kafka_t* client) {
  return std::chrono::milliseconds{number_of(client, "session.timeout.ms")};
}

std::string without_secrets(std::string text, const properties& props) {
  for (auto& [name, value] : props)
    if (!value.empty() && is_secret_property(name))
      replace_all(text, value, "***");
  return text;
}

std::string set_property(rd_kafka_conf_t* conf, const std::string& name,
                         const std::string& value) {
  std::array<char, words_max> words{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), words.data(),
                        words.size())
      == RD_KAFKA_CONF_OK)
    return {};
  std::string text = words.data();
  while (text.ends_with('\n'))
    text.pop_back();
  return without_secrets(std::move(text), {{name, value}});
}

result<conf_ptr> consumer_configuration(const properties& props) {
  conf_ptr conf{rd_kafka_conf_new()};
  if (auto failure = fill_consumer(conf.get(), props))
    return failure;
  rd_kafka_conf_set_events(
    conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT
                  | RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_ERROR);
  rd_kafka_conf_set_log_cb(conf.get(), drop_line);
  return conf;
}

result<conf_ptr> producer_configuration(const properties& props) {
  conf_ptr conf{rd_kafka_conf_new()};
  if (auto failure = require(props, "bootstrap.servers"))
    return failure;
  auto all = props;
  // Keys go to the partitions that Java's producers choose.
  all.try_emplace("partitioner", "murmur2_random");
  if (auto failure = set_all(conf.get(), all))
    return failure;
  // Its level does not keep back the line of a fatal error.
  rd_kafka_conf_set_log_cb(conf.get(), drop_line);
  return conf;
}

result<rd_kafka_t*> make_client(rd_kafka_type_t type, conf_ptr conf,
                                const properties& props) {
  std::array<char, words_max> words{};
  auto* client = rd_kafka_new(type, conf.get(), words.data(), words.size());
  if (client == nullptr
      && rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE)
    return no_thread(words.data());
  if (client == nullptr)
    return config_error("librdkafka refused the configuration: "
                        + without_secrets(words.data(), props));
  conf.release(); // the client's now
  return client;
}

} // namespace cafka::kafka
