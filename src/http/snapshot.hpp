#pragma once

#include <cafka/events.hpp>
#include <cafka/status.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What is known of the groups of a process at one moment: all answers are made
/// of it, and nobody waits for a group while one is made.
namespace cafka::http {

/// Of a clock that tells the time of day.
using unix_ms = std::int64_t;

/// How often things happened that are events, since the group was watched.
struct event_counts {
  std::map<std::pair<topic_partition, errc>, std::uint64_t> worker_failures;
  std::map<topic_partition, std::uint64_t> worker_restarts;
  /// By partition, and what got past the record.
  std::map<std::pair<topic_partition, std::string>, std::uint64_t> disposed;
  std::map<std::string, std::uint64_t> acks_refused; ///< by the result
  std::uint64_t exec_starts = 0;
  std::map<std::string, std::uint64_t> exec_ends; ///< by how
  void count(const event& x);
};

/// An event, and when it came.
struct seen_event {
  unix_ms at = 0;
  std::string group; ///< its name
  event what;
};

/// Lags of a partition in the last 15 minutes, the newest last; -1: unknown.
using lag_course = std::deque<std::int64_t>;
inline constexpr std::size_t lag_course_max = 60; ///< one each 15 s

/// One group.
struct seen_group {
  std::string name;
  std::optional<group_status> status; ///< nothing: it has not answered yet
  unix_ms answered_at = 0;            ///< when that came
  std::int64_t silent_ms = 0; ///< since its manager answered, or it was watched
  bool ended = false;
  std::string end_text; ///< why it gave up; empty: it was stopped in order
  event_counts counts;
  std::map<topic_partition, lag_course> courses;
};

/// All of them, by name.
struct snapshot {
  unix_ms now = 0;
  std::vector<seen_group> groups;
  std::deque<seen_event> events; ///< the last ones, the newest last
};
inline constexpr std::size_t events_max = 200;

/// Whether an event is kept to be shown: what every commit brings is not.
bool is_shown(event_kind x) noexcept;

} // namespace cafka::http
