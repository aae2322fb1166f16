#include "http/status_document.hpp"

#include "io/document_text.hpp"

#include <cafka/version.hpp>

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <functional>

namespace cafka::http {

namespace {

using nlohmann::json;

/// Ages are told as moments, which do not change while nothing happens; that
/// two clocks are read at slightly different times is rounded away.
json moment(unix_ms answered_at, std::int64_t ago_ms) {
  constexpr std::int64_t second = 1'000;
  if (ago_ms < 0)
    return nullptr;
  return (answered_at - ago_ms + second / 2) / second * second;
}

/// Negative ones stand for none.
json known(std::int64_t x) {
  return x < 0 ? json(nullptr) : json(x);
}

json course_of(const seen_group& group, const topic_partition& tp) {
  auto i = group.courses.find(tp);
  auto result = json::array();
  if (i != group.courses.end())
    for (auto lag : i->second)
      result.push_back(known(lag));
  return result;
}

json partition_of(const seen_group& group, const partition_status& x) {
  auto at = group.answered_at;
  return {
    {"topic", x.tp.topic},
    {"partition", x.tp.partition},
    {"state", to_string(x.state)},
    {"generation", x.generation.value},
    {"healthy", x.healthy},
    {"health", to_string(x.health)},
    {"why", x.health_text},
    {"position", known(x.position)},
    {"watermark", known(x.watermark)},
    {"committed", known(x.committed)},
    {"lag", known(x.lag)},
    {"end",
     x.lag < 0 || x.watermark < 0 ? json(nullptr) : json(x.watermark + x.lag)},
    {"lags", course_of(group, x.tp)},
    {"window_records", x.window_records},
    {"window_bytes", x.window_bytes},
    {"queue_records", known(x.queue_records)},
    {"restarts", x.restarts},
    {"failures", x.failures},
    {"failing_offset", known(x.failing_offset)},
    {"dead_lettered", x.dead_lettered},
    {"skipped", x.skipped},
    {"next_try",
     x.next_try_ms < 0 ? json(nullptr) : moment(at + x.next_try_ms, 0)},
    {"call_since", moment(at, x.call_ms)},
    {"progress", moment(at, x.since_progress_ms)},
    {"paused", x.paused},
    {"paused_by", x.paused_by},
    {"pause_reason", x.pause_reason},
    {"error", x.last_error == errc::none ? "" : to_string(x.last_error)},
    {"error_text", x.last_error_text},
    {"delivered", x.records_delivered},
    {"acked", x.records_acked},
  };
}

json pause_of(const pause_status& x) {
  return {{"topic", x.topic},
          {"partition", x.partition < 0 ? json(nullptr) : json(x.partition)},
          {"who", x.who},
          {"reason", x.reason}};
}

json group_of(const seen_group& x) {
  json result{{"name", x.name},
              {"ended", x.ended},
              {"end_text", x.end_text},
              {"partitions", json::array()}};
  if (!x.status)
    return result;
  auto& status = *x.status;
  result["group"] = status.group;
  result["state"] = to_string(status.state);
  result["restarts"] = status.group_restarts;
  result["connected"] = status.connected;
  result["rebalances"] = status.rebalances;
  result["last_rebalance"] = moment(x.answered_at, status.rebalance_ms);
  result["handler_threads"] = status.handler_threads;
  result["acks_refused"] = status.acks_refused;
  result["pauses"] = json::array();
  for (auto& pause : status.pauses)
    result["pauses"].push_back(pause_of(pause));
  for (auto& p : status.partitions)
    result["partitions"].push_back(partition_of(x, p));
  return result;
}

json event_of(const seen_event& x) {
  auto& e = x.what;
  json result{{"at", x.at}, {"group", x.group}, {"kind", to_string(e.kind)}};
  result["warning"] = is_warning(e.kind);
  if (!e.tp.topic.empty()) {
    result["topic"] = e.tp.topic;
    result["partition"] = e.tp.partition;
  }
  if (e.offset >= 0)
    result["offset"] = e.offset;
  if (e.count > 0)
    result["count"] = e.count;
  if (e.code != errc::none)
    result["code"] = to_string(e.code);
  if (!e.who.empty())
    result["who"] = e.who;
  if (!e.text.empty())
    result["text"] = e.text;
  return result;
}

} // namespace

status_document make_status(const snapshot& x, bool operations) {
  json result{{"version", CAFKA_VERSION_STRING},
              {"operations", operations},
              {"groups", json::array()},
              {"events", json::array()}};
  for (auto& group : x.groups)
    result["groups"].push_back(group_of(group));
  for (auto& e : x.events)
    result["events"].push_back(event_of(e));
  auto tag = fmt::format("\"{:016x}\"",
                         std::hash<std::string>{}(io::document_text(result)));
  result["now"] = x.now;
  return {io::document_text(result), std::move(tag)};
}

response answer_status(const status_document& x, const request& asked) {
  response result;
  result.fields.emplace_back("ETag", x.tag);
  if (asked.if_none_match == x.tag) {
    result.status = 304;
    return result;
  }
  result.type = "application/json";
  result.body = x.body;
  return result;
}

} // namespace cafka::http
