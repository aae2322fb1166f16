#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/errc.hpp>
#include <cafka/events.hpp>
#include <cafka/messages.hpp>
#include <cafka/operations.hpp>
#include <cafka/partition_state.hpp>
#include <cafka/time_counts.hpp>
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
    = -1; ///< until its next worker begins; -1 where none is due
  /// Of the handler call that runs, or of its handler that is built; -1 where
  /// there is neither.
  std::int64_t call_ms = -1;
  /// Since it last got on: its watermark moved, or nothing was left to read.
  /// From the assignment on.
  std::int64_t since_progress_ms = 0;
  bool paused = false;      ///< an operator's pause holds: see `group_status`
  std::string paused_by;    ///< who asked for it; of several the narrowest
  std::string pause_reason; ///< why
  errc last_error = errc::none;    ///< of its last worker that failed
  std::string last_error_text;     ///< the cause of that failure, if any
  std::int64_t queue_records = -1; ///< in the client, fetched; -1 while unknown
  /// The bytes of these, when librdkafka counted them last; -1 while unknown,
  /// as where `kafka { statistics-interval-ms = … }` is not set.
  std::int64_t queue_bytes = -1;
  /// Handed to handler calls since the group was spawned, redelivered ones
  /// included.
  std::uint64_t records_delivered = 0;
  std::uint64_t records_redelivered = 0; ///< of these: not for the first time
  std::uint64_t records_acked = 0;       ///< since the group was spawned
};

/// Measured of one topic since the group was spawned.
struct topic_status {
  std::string topic;           ///< the topic
  time_counts handler_seconds; ///< of each call; `call_seconds_bounds`
  /// From the timestamp of the first record of each call to the call;
  /// `record_age_bounds`. Nothing for records without a timestamp.
  time_counts record_age;
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
  /// False: its manager did not answer in time, and nothing else is known.
  bool manager_answers = true;
  /// A control actor, by its name, has not answered a ping for so long; 0: all
  /// answer. Of several, the one that is silent the longest.
  std::int64_t silent_ms = 0;
  std::string silent_actor;       ///< its name; empty: none
  bool connected = true;          ///< no outage of all brokers lasts
  std::uint64_t rebalances = 0;   ///< that the member took part in; 0: it was
                                  ///< not in its group yet
  std::int64_t rebalance_ms = -1; ///< since the last of them, or -1
  std::uint64_t handler_threads = 0;   ///< that were made
  std::uint64_t commits_confirmed = 0; ///< requests, since it was spawned
  std::uint64_t commits_failed = 0;    ///< wholly or in part; the same
  time_counts commit_seconds;          ///< of all; `call_seconds_bounds`
  std::uint64_t outputs_written = 0;   ///< of handlers' answers; the same
  std::uint64_t outputs_failed = 0;    ///< answers; the same
  /// Those of which a handler was called, by name.
  std::vector<topic_status> topics;
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
    compat::field("last_error_text", x.last_error_text),
    compat::field("queue_records", x.queue_records),
    compat::field("queue_bytes", x.queue_bytes),
    compat::field("records_delivered", x.records_delivered),
    compat::field("records_redelivered", x.records_redelivered),
    compat::field("records_acked", x.records_acked));
}

template <class Inspector>
auto inspect(Inspector& f, time_counts& x) {
  return compat::fields(f, x, "cafka.time_counts",
                        compat::field("counts", x.counts),
                        compat::field("seconds", x.seconds));
}

template <class Inspector>
auto inspect(Inspector& f, topic_status& x) {
  return compat::fields(f, x, "cafka.topic_status",
                        compat::field("topic", x.topic),
                        compat::field("handler_seconds", x.handler_seconds),
                        compat::field("record_age", x.record_age));
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
                        compat::field("pauses", x.pauses),
                        compat::field("manager_answers", x.manager_answers),
                        compat::field("silent_ms", x.silent_ms),
                        compat::field("silent_actor", x.silent_actor),
                        compat::field("connected", x.connected),
                        compat::field("rebalances", x.rebalances),
                        compat::field("rebalance_ms", x.rebalance_ms),
                        compat::field("handler_threads", x.handler_threads),
                        compat::field("commits_confirmed", x.commits_confirmed),
                        compat::field("commits_failed", x.commits_failed),
                        compat::field("commit_seconds", x.commit_seconds),
                        compat::field("outputs_written", x.outputs_written),
                        compat::field("outputs_failed", x.outputs_failed),
                        compat::field("topics", x.topics));
}

} // namespace cafka
