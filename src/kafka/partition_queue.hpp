#pragma once

#include "core/queue_gauge.hpp"
#include "core/record_source.hpp"
#include "kafka/closable_callback.hpp"
#include "kafka/error.hpp"
#include "kafka/handles.hpp"

#include <cafka/types.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace cafka::kafka {

/// The queue of one partition, taken out of the client's common queue. Records
/// are copied out of librdkafka's memory while they are drained, so that
/// nothing a handler holds can keep the client from ending.
///
/// Workers on other threads share it with the client's owner; one lock covers
/// the queue's handle. Order of locks: this one, librdkafka's, the callback's.
class partition_queue : public core::record_source {
public:
  /// To be made before the partition is assigned: librdkafka then never puts
  /// its records into the common queue. `begin` may be logical. `headers`: of
  /// the records, are copied, too.
  partition_queue(rd_kafka_t* client, topic_partition tp, offset_t begin,
                  bool headers);
  ~partition_queue() override;
  partition_queue(const partition_queue&) = delete;
  partition_queue& operator=(const partition_queue&) = delete;

  // -- for workers -----------------------------------------------------------

  core::fetched drain(std::size_t records_max, core::flow_window room,
                      const core::range_set& skip, offset_t from) override;
  void on_ready(std::function<void()> wake) override;
  offset_t position() const override;
  std::optional<offset_t> readable_end() const override;
  bool at_end() const override;
  std::int32_t leader_epoch() const override;
  std::optional<std::size_t> queued() const override;
  std::optional<std::size_t> queued_bytes() const override;

  // -- for the client's owner -------------------------------------------------

  /// Runs `how`, which moves the client's position to `to`, while nobody
  /// drains: records from before the move must not count as the new position.
  error move_to(offset_t to, const std::function<error()>& how);

  /// As above, and starts over: the end is forgotten, and what `to` is resolved
  /// to will be reported.
  error begin_at(offset_t to, const std::function<error()>& how);

  /// The next record may not follow on what was given, so that it is looked at:
  /// where it does not, it is sought once. Control records and compaction leave
  /// gaps, too: then it comes again. Begins by itself behind an error and a
  /// seek, which librdkafka may have ignored.
  ///
  /// To be called between the pause with which librdkafka begins a rebalance
  /// and the resume that its answer brings. Before 2.1, what its batch call had
  /// in hand at the pause is dropped while its own position has moved behind it
  /// (#4208; seen with 2.0.2), and from 2.2 to 2.13.1 an end-of-partition mark
  /// moves that position too far (#4844).
  ///
  /// Waits for a running drain; nobody drains while the result is held.
  std::unique_lock<std::mutex> verify_continuity();

  /// Calls `f`, which must only post and not fail, while somebody drains: the
  /// queue was full, so that fetching may have stopped, and has room again.
  /// Before it is drained.
  void on_room(core::volume full, std::function<void()> f);

  /// What librdkafka counted.
  void note_queued_bytes(std::size_t x);

  /// Calls the wake function, for what librdkafka gives no edge.
  void kick() {
    on_event_.call();
  }

  /// Empty and silent from now on; waits for a running drain. The client must
  /// still exist. Gives the queue, for `purge`; null: it was closed before.
  queue_ptr close();

private:
  struct draining;

  core::fetched drain_to_end(draining& state);
  void undo(const draining& state) noexcept;
  void look_for_room(const draining& state);
  void take(draining& state);
  void see(message_ptr msg, draining& state);
  void ask_anew(draining& state);
  bool see_record(offset_t offset, draining& state);
  void see_end(offset_t offset, core::fetched& out);
  void see_failure(const rd_kafka_message_t& msg, core::fetched& out);
  bool advance(offset_t seen, offset_t next, core::fetched& out);
  std::shared_ptr<const record_block> copy_taken(const draining& state);

  const topic_partition tp_;
  const bool headers_;
  closable_callback on_event_;

  mutable std::mutex mutex_; // guards everything below
  rd_kafka_t* client_;
  queue_ptr queue_;   // null: closed
  offset_t position_; // logical until something was seen
  std::int32_t leader_epoch_ = -1;
  bool resolved_ = false;
  bool at_end_ = false;
  std::optional<offset_t> end_;
  bool unverified_ = false;
  std::optional<std::size_t> queued_bytes_; // by the last statistics
  core::queue_gauge gauge_{{}};
  std::function<void()> on_room_;  // empty: nobody wants to know
  std::size_t largest_bytes_ = 0;  // record of the last drain; 0: none yet
  std::vector<message_ptr> taken_; // empty but during a drain
  std::vector<message_ptr> hand_;  // of one call; the same
  std::vector<rd_kafka_message_t*> batch_; // kept for its memory
};

/// Frees what is queued; null: nothing. For a partition that was given back, at
/// once and again before the client ends: what its queue holds keeps it alive
/// inside librdkafka, and with it the client, whose end then waits for ever
/// (before 2.6.1). librdkafka may still put something there after the partition
/// was given back, such as that its topic is gone.
void purge(rd_kafka_queue_t* queue);

} // namespace cafka::kafka
