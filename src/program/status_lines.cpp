#include "program/status_lines.hpp"

#include "core/text_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace cafka::app {

namespace {

/// Of the partitions of some groups.
struct sums {
  std::int64_t partitions = 0;
  std::int64_t healthy = 0;
  std::int64_t lag = 0; // of those that know theirs

  void add(const group_status& x) {
    for (auto& p : x.partitions) {
      ++partitions;
      healthy += p.healthy ? 1 : 0;
      lag += std::max<std::int64_t>(p.lag, 0);
    }
  }
};

core::log_line line_of(const group_status& group, const partition_status& x) {
  core::log_line result{.level = x.healthy ? core::log_level::information
                                           : core::log_level::warning,
                        .group = group.group,
                        .partition = to_string(x.tp),
                        .event = "status",
                        .fields = {{"state", to_string(x.state)},
                                   {"health", to_string(x.health)}},
                        .text = x.health_text};
  auto add = [&](const char* name, std::int64_t value) {
    if (value >= 0)
      result.fields.emplace_back(name, value);
  };
  add("lag", x.lag);
  add("watermark", x.watermark);
  add("committed", x.committed);
  add("window_records", static_cast<std::int64_t>(x.window_records));
  add("restarts", static_cast<std::int64_t>(x.restarts));
  add("failing_offset", x.failing_offset);
  add("next_try_ms", x.next_try_ms);
  return result;
}

/// Null: all are healthy.
const partition_status* worst_of(const std::vector<group_status>& xs) {
  const partition_status* result = nullptr;
  for (auto& group : xs)
    for (auto& x : group.partitions)
      // The enumeration begins with what is worst, behind `healthy`.
      if (!x.healthy && (!result || x.health < result->health))
        result = &x;
  return result;
}

} // namespace

core::log_line group_line(const group_status& x) {
  sums of;
  of.add(x);
  return {.group = x.group,
          .event = "status",
          .fields = {{"name", x.name},
                     {"state", to_string(x.state)},
                     {"partitions", of.partitions},
                     {"healthy", of.healthy},
                     {"lag", of.lag}}};
}

std::vector<core::log_line> status_lines(const group_status& x) {
  std::vector result{group_line(x)};
  for (auto& each : x.partitions)
    result.push_back(line_of(x, each));
  return result;
}

std::string status_sentence(const std::vector<group_status>& xs) {
  sums of;
  for (auto& x : xs)
    of.add(x);
  auto result = fmt::format("{} of {} partitions are healthy, lag {}",
                            of.healthy, of.partitions, of.lag);
  if (auto* x = worst_of(xs)) {
    result += fmt::format("; {} is {}", escaped(to_string(x->tp)),
                          to_string(x->health));
    if (x->failing_offset >= 0)
      result += fmt::format(" at {}", x->failing_offset);
    if (!x->health_text.empty())
      result += ": " + escaped(x->health_text);
    if (x->next_try_ms >= 0)
      result += fmt::format(", next try in {} s", x->next_try_ms / 1'000);
  }
  return result;
}

} // namespace cafka::app
