#include "control/status_view.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace cafka::control {

namespace {

using nlohmann::json;

/// What stands still comes first, then what fails, then whatever else is wrong,
/// then what is paused; how each is told of a partition.
struct trouble {
  std::string_view health;
  std::string_view verb;
};
constexpr std::array troubles{
  trouble{"exhausted", "stands still"},
  trouble{"failing", "fails"},
  trouble{"stalled", "stalls"},
  trouble{"handler_slow", "has a slow call"},
  trouble{"acks_overdue", "waits for acks"},
};

std::size_t rank_of(const partition_view& x) {
  auto i = std::ranges::find(troubles, x.health, &trouble::health);
  auto rank = static_cast<std::size_t>(i - troubles.begin());
  if (!x.is_healthy())
    return rank;
  return x.paused ? rank + 1 : rank + 2;
}

bool is_worse(const partition_view& x, const partition_view& y) {
  auto key = [](const partition_view& z) {
    return std::tuple{rank_of(z), -z.lag.value_or(0), z.tp};
  };
  return key(x) < key(y);
}

// -- reading ------------------------------------------------------------------

known number(const json& from, const char* name) {
  auto& x = from.at(name);
  return x.is_null() ? known{} : known{x.get<std::int64_t>()};
}

/// From `now` until then, or from then until `now`.
known span(const json& from, const char* name, std::int64_t now, int sign) {
  auto at = number(from, name);
  return at ? known{std::max<std::int64_t>(sign * (*at - now), 0)} : at;
}

partition_view partition_of(const json& x, std::int64_t now) {
  partition_view result;
  x.at("topic").get_to(result.tp.topic);
  x.at("partition").get_to(result.tp.partition);
  x.at("state").get_to(result.state);
  x.at("health").get_to(result.health);
  x.at("paused").get_to(result.paused);
  x.at("why").get_to(result.why);
  auto error = x.at("error").get<std::string>();
  auto text = x.at("error_text").get<std::string>();
  result.cause = text.empty() ? error : text;
  if (result.why.empty() && !error.empty())
    result.why = fmt::format("{}: {}", error, text);
  result.failing_offset = number(x, "failing_offset");
  result.next_try_ms = span(x, "next_try", now, 1);
  result.lag = number(x, "lag");
  result.progress_ms = span(x, "progress", now, -1);
  result.committed = number(x, "committed");
  result.watermark = number(x, "watermark");
  result.end = number(x, "end");
  x.at("window_records").get_to(result.window);
  result.call_ms = span(x, "call_since", now, -1);
  x.at("restarts").get_to(result.restarts);
  return result;
}

pause_view pause_of(const json& x) {
  return {x.at("topic").get<std::string>(), number(x, "partition"),
          x.at("who").get<std::string>(), x.at("reason").get<std::string>()};
}

group_view group_of(const json& x, std::int64_t now) {
  group_view result;
  x.at("name").get_to(result.name);
  x.at("ended").get_to(result.ended);
  x.at("end_text").get_to(result.end_text);
  if (!x.contains("state"))
    return result;
  x.at("group").get_to(result.group);
  x.at("state").get_to(result.state);
  x.at("connected").get_to(result.connected);
  x.at("rebalances").get_to(result.rebalances);
  for (auto& p : x.at("partitions"))
    result.partitions.push_back(partition_of(p, now));
  std::ranges::sort(result.partitions, is_worse);
  for (auto& p : x.at("pauses"))
    result.pauses.push_back(pause_of(p));
  return result;
}

// -- the sentence -------------------------------------------------------------

std::string trouble_text(const partition_view& x) {
  auto i = std::ranges::find(troubles, x.health, &trouble::health);
  auto result = fmt::format("{} {}", to_string(x.tp),
                            i == troubles.end() ? std::string_view{x.health}
                                                : i->verb);
  if (x.failing_offset)
    result += fmt::format(" at {}", *x.failing_offset);
  if (x.progress_ms)
    result += " since " + span_text(*x.progress_ms);
  if (!x.cause.empty())
    result += fmt::format(" ({})", x.cause);
  if (x.next_try_ms)
    result += ", next try in " + span_text(*x.next_try_ms);
  return result;
}

std::string count_text(const group_view& x) {
  auto runs = std::ranges::count_if(x.partitions, [](auto& p) {
    return p.is_healthy() && !p.paused
           && (p.state == "running" || p.state == "isolating");
  });
  auto paused = std::ranges::count_if(x.partitions, &partition_view::paused);
  auto result = fmt::format("{} of {} partitions run", runs,
                            x.partitions.size());
  if (paused > 0)
    result += fmt::format(", {} paused", paused);
  auto ill = std::ranges::count_if(x.partitions,
                                   [](auto& p) { return !p.is_healthy(); });
  if (ill > 0)
    result += "; " + trouble_text(x.partitions.front());
  if (ill > 1)
    result += fmt::format("; not healthy besides: {}", ill - 1);
  return result;
}

} // namespace

std::optional<status_view> read_status(std::string_view text) {
  try {
    auto all = json::parse(text);
    auto now = all.at("now").get<std::int64_t>();
    status_view result;
    all.at("version").get_to(result.version);
    all.at("operations").get_to(result.operations);
    for (auto& x : all.at("groups"))
      result.groups.push_back(group_of(x, now));
    return result;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string sentence_of(const group_view& x) {
  if (x.ended)
    return x.end_text.empty() ? "has ended" : "gave up: " + x.end_text;
  if (x.state.empty())
    return "has not answered yet";
  if (x.state == "restarting")
    return "restarts as a whole";
  if (!x.connected)
    return "no broker is connected";
  if (x.partitions.empty())
    return x.rebalances > 0 ? "is in its group and holds no partition"
                            : "joins its group";
  return count_text(x);
}

std::string span_text(std::int64_t ms) {
  constexpr std::int64_t second = 1'000;
  constexpr std::int64_t minute = 60;
  constexpr std::int64_t hour = 60 * minute;
  constexpr std::int64_t day = 24 * hour;
  auto s = (ms + second / 2) / second;
  if (s < minute)
    return fmt::format("{} s", s);
  if (s < hour)
    return fmt::format("{} min", s / minute);
  if (s < 2 * day)
    return fmt::format("{} h", s / hour);
  return fmt::format("{} d", s / day);
}

} // namespace cafka::control
