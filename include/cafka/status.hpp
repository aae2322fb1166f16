#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/errc.hpp>
#include <cafka/events.hpp>
#include <cafka/messages.hpp>
#include <cafka/operations.hpp>
#include <cafka/partition_state.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cafka {

/// Why a partition needs somebody to look at it; of several, the first.
enum class partition_health : std::uint8_t {
  healthy,      ///< nothing is wrong
  exhausted,    ///< its restarts are used up, so that it stands still
  failing,      ///< it failed more than once since it last got on
  stalled,      ///< it lags and nothing comes (`progress-timeout`)
  handler_slow, ///< a handler call runs beyond `handler-timeout`
  acks_overdue, ///< its window is full and no ack comes (`ack-timeout`)
};

/// The name, as it stands in the enumeration.
std::string to_string(partition_health x);

/// The state of one held partition at one moment.
struct partition_status {
  topic_partition tp; ///< the partition
  /// Where its worker stands.
  partition_state state = partition_state::starting;
  cafka::generation generation; ///< acks must name this one
  /// The next offset to deliver; -1 until the begin is resolved.
  offset_t position = -1;
  /// The lowest offset that is not acked, which is the commit position; -1
  /// until the begin is resolved.
  offset_t watermark = -1;
  /// The offset that the broker confirmed; -1 before the first commit.
  offset_t committed = -1;
  /// Readable end minus watermark, in offsets, an upper bound; -1 while the end
  /// is not known.
  std::int64_t lag = -1;
  std::uint64_t window_records = 0; ///< delivered and neither acked nor let go
  std::uint64_t window_bytes = 0;   ///< the bytes of these
  std::uint64_t restarts = 0;       ///< of its workers, in this generation
  /// Whether `health` is `partition_health::healthy`.
  bool healthy = true;
  /// Why it is not healthy.
  partition_health health = partition_health::healthy;
  std::string health_text; ///< for people; empty where it is healthy
  /// Failed calls of the record at `failing_offset`; where there is none, of
  /// its workers since the watermark moved.
  std::uint64_t failures = 0;
  /// The lowest record that failed and is neither handled nor got past; -1:
  /// none.
  offset_t failing_offset = -1;
  std::uint64_t dead_lettered = 0; ///< records, in this generation
  std::uint64_t skipped = 0;       ///< records, in this generation
  std::int64_t next_try_ms
    = -1; ///< until its next worker begins; -1: none is due
  /// Of the handler call that runs, or of its handler that is built; -1: none.
  std::int64_t call_ms = -1;
  /// Since it last got on: its watermark moved, or nothing was left to read.
  /// From the assignment on.
  std::int64_t since_progress_ms = 0;
  bool paused = false;      ///< an operator's pause holds: see `group_status`
  std::string paused_by;    ///< who asked for it; of several the narrowest
  std::string pause_reason; ///< why
  errc last_error = errc::none; ///< of its last worker that failed
  std::string last_error_text;  ///< the cause of that failure
};

/// The state of a group.
enum class group_state : std::uint8_t {
  running,    ///< its member is in the group, or joins
  restarting, ///< an incarnation of the group ended, the next one waits
  stopping,   ///< it drains, commits and leaves
};

/// The name, as it stands in the enumeration.
std::string to_string(group_state x);

/// A snapshot of a group and its partitions.
struct group_status {
  std::string name;  ///< the name for `find`
  std::string group; ///< the Kafka consumer group id
  /// Where the group stands.
  group_state state = group_state::running;
  std::uint64_t group_restarts = 0; ///< of the whole group, by its supervisor
  /// Acks that changed nothing, but for `already_acked`.
  std::uint64_t acks_refused = 0;
  /// Messages of ended workers, fenced generations or overtaken rebalances that
  /// were dropped.
  std::uint64_t stale_dropped = 0;
  /// Those that are held, by topic and partition.
  std::vector<partition_status> partitions;
  /// Pauses that operators asked for, also of what is not held.
  std::vector<pause_status> pauses;
};

CAFKA_INSPECT_ENUM(partition_state)
CAFKA_INSPECT_ENUM(partition_health)
CAFKA_INSPECT_ENUM(group_state)

template <class Inspector>
auto inspect(Inspector& f, partition_status& x) {
  return compat::fields(
    f, x, "cafka.partition_status", compat::field("tp", x.tp),
    compat::field("state", x.state), compat::field("generation", x.generation),
    compat::field("position", x.position),
    compat::field("watermark", x.watermark),
    compat::field("committed", x.committed), compat::field("lag", x.lag),
    compat::field("window_records", x.window_records),
    compat::field("window_bytes", x.window_bytes),
    compat::field("restarts", x.restarts), compat::field("healthy", x.healthy),
    compat::field("health", x.health),
    compat::field("health_text", x.health_text),
    compat::field("failures", x.failures),
    compat::field("failing_offset", x.failing_offset),
    compat::field("dead_lettered", x.dead_lettered),
    compat::field("skipped", x.skipped),
    compat::field("next_try_ms", x.next_try_ms),
    compat::field("call_ms", x.call_ms),
    compat::field("since_progress_ms", x.since_progress_ms),
    compat::field("paused", x.paused), compat::field("paused_by", x.paused_by),
    compat::field("pause_reason", x.pause_reason),
    compat::field("last_error", x.last_error),
    compat::field("last_error_text", x.last_error_text));
}

template <class Inspector>
auto inspect(Inspector& f, group_status& x) {
  return compat::fields(f, x, "cafka.group_status",
                        compat::field("name", x.name),
                        compat::field("group", x.group),
                        compat::field("state", x.state),
                        compat::field("group_restarts", x.group_restarts),
                        compat::field("acks_refused", x.acks_refused),
                        compat::field("stale_dropped", x.stale_dropped),
                        compat::field("partitions", x.partitions),
                        compat::field("pauses", x.pauses));
}

} // namespace cafka
