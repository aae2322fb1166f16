#pragma once

#include "core/record_source.hpp"
#include "kafka/error.hpp"
#include "kafka/handles.hpp"
#include "kafka/wake_gate.hpp"

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
/// the queue's handle. Order of locks: this one, librdkafka's, the gate.
class partition_queue : public core::record_source {
public:
  /// To be made before the partition is assigned: librdkafka then never puts
  /// its records into the common queue. `begin` may be logical.
  partition_queue(rd_kafka_t* client, topic_partition tp, offset_t begin);
  ~partition_queue() override;
  partition_queue(const partition_queue&) = delete;
  partition_queue& operator=(const partition_queue&) = delete;

  // -- for workers -----------------------------------------------------------

  core::fetched drain(std::size_t records_max, core::flow_window room,
                      const core::range_set& skip, offset_t from) override;
  void on_ready(std::function<void()> wake) override;
  std::optional<offset_t> readable_end() const override;
  bool at_end() const override;

  // -- for the client's owner -------------------------------------------------

  /// Runs `how`, which moves the client's position to `to`, while nobody
  /// drains: records from before the move must not count as the new position.
  error move_to(offset_t to, const std::function<error()>& how);

  /// The same, and starts over: the end is forgotten, and what `to` is resolved
  /// to will be reported.
  error begin_at(offset_t to, const std::function<error()>& how);

  /// Where the source goes on: behind the last record or end it gave, or its
  /// begin.
  offset_t position() const;

  /// Calls the wake function, for what librdkafka gives no edge.
  void kick() {
    gate_.call();
  }

  /// Frees what is still queued. For a partition that was given back: messages
  /// in its queue keep it alive inside librdkafka, and with it the client's end
  /// (before 2.6.1).
  void discard();

  /// Empty and silent from now on; waits for a running drain. The client must
  /// still exist.
  void close();

private:
  struct draining;

  message_ptr take(draining& state);
  bool see_record(offset_t offset, draining& state);
  void see_end(offset_t offset, core::fetched& out);
  void see_failure(const rd_kafka_message_t& msg, core::fetched& out);
  bool advance(offset_t seen, offset_t next, core::fetched& out);
  std::shared_ptr<const record_block> copy_taken(std::size_t bytes);

  const topic_partition tp_;
  wake_gate gate_;

  mutable std::mutex mutex_; // guards everything below
  rd_kafka_t* client_;
  queue_ptr queue_;   // null: closed
  offset_t position_; // logical until something was seen
  bool resolved_ = false;
  bool at_end_ = false;
  std::optional<offset_t> end_;
  std::vector<message_ptr> taken_; // empty but during a drain
};

} // namespace cafka::kafka
