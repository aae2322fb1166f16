#include "http/health.hpp"

#include "io/document_text.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include <chrono>

namespace cafka::http {

namespace {

using reasons = std::vector<std::string>;

constexpr auto silent_max = std::chrono::seconds{30};
constexpr std::int64_t ms_per_second = 1'000;

/// Of each group that `why_not` gives a text for.
template <class F>
reasons reasons_of(const snapshot& x, F why_not) {
  reasons result;
  for (auto& group : x.groups)
    if (auto why = why_not(group); !why.empty())
      result.push_back(fmt::format("{}: {}", group.name, why));
  return result;
}

std::string why_dead(const seen_group& x) {
  if (x.ended)
    return x.end_text.empty() ? "" : "it gave up: " + x.end_text;
  if (std::chrono::milliseconds{x.silent_ms} >= silent_max)
    return fmt::format("no answer for {} s", x.silent_ms / ms_per_second);
  if (x.status && std::chrono::milliseconds{x.status->silent_ms} >= silent_max)
    return fmt::format("its {} does not answer for {} s",
                       x.status->silent_actor,
                       x.status->silent_ms / ms_per_second);
  return "";
}

std::string why_not_ready(const seen_group& x) {
  if (x.ended)
    return "it has ended";
  if (!x.status || x.status->rebalances == 0)
    return "it was not in its group yet";
  return x.status->connected ? "" : "no broker is connected";
}

reasons why_none_ready(const snapshot& x) {
  if (x.groups.empty())
    return {"no group runs yet"};
  return reasons_of(x, why_not_ready);
}

response probe(const reasons& why) {
  response result;
  result.status = why.empty() ? 200 : 503;
  result.body = why.empty() ? "ok\n" : "";
  for (auto& x : why)
    result.body += x + "\n";
  return result;
}

nlohmann::json unhealthy_partitions(const snapshot& x) {
  auto result = nlohmann::json::array();
  for (auto& group : x.groups) {
    if (!group.status || group.ended)
      continue;
    for (auto& p : group.status->partitions)
      if (!p.healthy)
        result.push_back({{"group", group.name},
                          {"topic", p.tp.topic},
                          {"partition", p.tp.partition},
                          {"health", to_string(p.health)},
                          {"why", p.health_text}});
  }
  return result;
}

} // namespace

response livez(const snapshot& x) {
  return probe(reasons_of(x, why_dead));
}

response readyz(const snapshot& x) {
  return probe(why_none_ready(x));
}

response healthz(const snapshot& x, bool verbose) {
  auto dead = reasons_of(x, why_dead);
  auto unready = why_none_ready(x);
  auto partitions = unhealthy_partitions(x);
  auto ok = dead.empty() && unready.empty() && partitions.empty();
  response result;
  result.status = ok ? 200 : 503;
  if (!verbose) {
    result.body = ok ? "ok\n" : "not ok: see /healthz?verbose\n";
    return result;
  }
  nlohmann::json document{{"ok", ok},
                          {"not_live", dead},
                          {"not_ready", unready},
                          {"partitions", partitions}};
  result.type = "application/json";
  result.body = io::document_text(document, 2) + "\n";
  return result;
}

} // namespace cafka::http
