#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a terminal shows of `/api/status`.
namespace cafka::control {

/// Milliseconds, or an offset; nothing: it is not known, or there is none.
using known = std::optional<std::int64_t>;

struct partition_view {
  topic_partition tp;
  std::string state;
  std::string health; ///< `healthy`, or what is wrong
  bool paused = false;
  std::string why;   ///< it is not healthy, or its last error
  std::string cause; ///< of its last error
  known failing_offset;
  known next_try_ms; ///< until then
  known lag;
  known progress_ms; ///< since it last got on
  known committed;
  known watermark;
  known end;
  std::int64_t window = 0; ///< records
  known call_ms;           ///< since the running call began
  std::int64_t restarts = 0;

  bool is_healthy() const {
    return health == "healthy";
  }
};

/// An operator's pause, which may be one of partitions that are not held.
struct pause_view {
  std::string topic; ///< empty: all
  known partition;   ///< nothing: all of the topic
  std::string who;
  std::string reason;
};

struct group_view {
  std::string name;
  std::string group;
  std::string state; ///< empty: it has not answered yet
  bool ended = false;
  std::string end_text; ///< why it gave up
  bool connected = false;
  std::int64_t rebalances = 0;
  std::vector<partition_view> partitions; ///< the worst first
  std::vector<pause_view> pauses;
};

struct status_view {
  std::string version;
  bool operations = false;
  std::vector<group_view> groups;
};

/// Nothing: it is not what `/api/status` answers.
std::optional<status_view> read_status(std::string_view json);

/// How a group is, in a sentence.
std::string sentence_of(const group_view& x);

/// `4 min`.
std::string span_text(std::int64_t ms);

} // namespace cafka::control
