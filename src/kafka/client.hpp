#pragma once

#include "core/record_source.hpp"
#include "kafka/client_events.hpp"
#include "kafka/mortal_client.hpp"

#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::kafka {

/// The Kafka client of one group member, as the coordinator sees it; `consumer`
/// is the real one. Driven by events. Not thread safe: one actor owns it; only
/// its `wake` comes from other threads. No call blocks; `catch_up`, and `poll`
/// where it gives a rebalance, wait for librdkafka's main thread.
class client : public mortal_client {
public:
  virtual error subscribe(const std::vector<std::string>& topics) = 0;

  /// The next event, or nothing. Calling it is also the keep-alive: librdkafka
  /// wants it at least once in `max.poll.interval.ms`.
  virtual std::optional<client_event> poll() = 0;

  /// Waits until librdkafka's main thread has seen all that came from the group
  /// before: then `poll` has what it says of it. Some 20 us (librdkafka 2.0.2,
  /// 2026-11), or as long as that thread works on something else.
  virtual void catch_up() = 0;

  /// Asks the group coordinator what the group committed; answered by a
  /// `committed_found` with `token`.
  virtual void look_up_committed(std::uint64_t token,
                                 const std::vector<topic_partition>& partitions,
                                 std::chrono::milliseconds timeout)
    = 0;

  /// Asks a broker how many partitions the subscribed topics have, all at once;
  /// answered by a `partitions_counted` with `token`. It waits for earlier
  /// questions, and a look-up for it.
  virtual void
  count_partitions(std::chrono::milliseconds timeout, std::uint64_t token)
    = 0;

  /// Asks the leaders of these partitions (at least one) for their readable
  /// ends, which the client itself only learns while it fetches; answered by an
  /// `ends_found` with `token`. It waits for earlier questions, as above.
  virtual void find_ends(std::vector<topic_partition> partitions,
                         std::chrono::milliseconds timeout, std::uint64_t token)
    = 0;

  /// Asks the leader of a partition what it holds; answered by a `range_found`
  /// with `token`.
  /// A broker that stood still may take itself for the leader for a while.
  virtual void find_range(const topic_partition& tp,
                          std::chrono::milliseconds timeout,
                          std::uint64_t token)
    = 0;

  /// Asks the leader of a partition what can be read, and where the first
  /// record stands that is as new as `time_ms`, if anything; answered by a
  /// `position_found` with `token`. It waits for earlier questions, as above.
  virtual void
  find_position(const topic_partition& tp, std::optional<std::int64_t> time_ms,
                std::chrono::milliseconds timeout, std::uint64_t token)
    = 0;

  /// The queue of a partition, taken out of the client's common queue. To be
  /// called before `assign`. The source lives until `unassign`, `detach` or the
  /// end of the client closes it.
  virtual core::record_source_ptr
  open_source(const topic_partition& tp, offset_t begin)
    = 0;

  /// Accepts an `assigned` with the begin of each partition; works for eager
  /// and cooperative assignors.
  virtual error assign(const std::vector<partition_offset>& partitions) = 0;

  /// Gives partitions back; closes their sources.
  virtual error unassign(const std::vector<topic_partition>& partitions) = 0;

  /// Sends one commit for all `offsets`; answered by a `commit_answered` with
  /// `token`.
  virtual void
  commit(std::uint64_t token, const std::vector<partition_offset>& offsets)
    = 0;

  /// Moves a held partition; what its queue holds is void. Does not wait.
  virtual error seek(const partition_offset& to) = 0;

  /// Moves a held partition whose position was out of range, where a seek does
  /// not revive it (librdkafka accepts a seek only in an active fetch state).
  /// `to.offset` may be logical.
  virtual error reposition(const partition_offset& to) = 0;

  /// Shuts the connections for good: from now on nothing reaches a broker, not
  /// even what librdkafka kept to send it later. Before an end, where
  /// another member may own what was committed. Quick.
  virtual void cut_off() = 0;
};

/// Makes a client that calls `wake` on foreign threads, under their locks, when
/// `poll` has something.
using client_factory
  = std::function<result<std::unique_ptr<client>>(std::function<void()> wake)>;

} // namespace cafka::kafka
