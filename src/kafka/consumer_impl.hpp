#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_counter.hpp"
#include "kafka/partition_queue.hpp"
#include "kafka/wake_gate.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>

namespace cafka::kafka {

/// What `consumer` is made of: the client with its three queues, and what is
/// assigned to it.
struct consumer::impl {
  using source_ptr = std::shared_ptr<partition_queue>;

  /// Takes the client.
  impl(rd_kafka_t* x, const properties& props, std::function<void()> wake);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  // -- events ----------------------------------------------------------------

  bool take_event(rd_kafka_queue_t* queue);
  bool is_unasked_debug(const consumer_event& x) const;
  void collect_events();
  bool rebalance_waits() const;
  std::optional<consumer_event> next();
  void post(consumer_event x);
  void look_up(std::uint64_t token, const std::vector<topic_partition>& xs,
               std::chrono::milliseconds timeout);
  void commit(std::uint64_t token, const std::vector<partition_offset>& xs);

  // -- assignment -------------------------------------------------------------

  source_ptr open_source(const topic_partition& tp, offset_t begin);
  source_ptr held_source(const topic_partition& tp) const;
  void note_protocol();
  void acknowledge_assign();
  void begin_assign();
  void begin_revoke(revoked& event);
  error send_assign(const std::vector<partition_offset>& xs);
  error assign_everything(const partition_offset* moved = nullptr);
  error send_unassign(const std::vector<topic_partition>& xs);
  error restart(const partition_offset& to);

  // -- end --------------------------------------------------------------------

  void detach();
  void close_sources();
  void end(time_point deadline, bool politely);
  bool finish_joining(time_point deadline);
  bool is_half_joined();
  bool wait_for_event(time_point deadline);
  bool leave(time_point deadline);
  void answer_while_closing(rd_kafka_event_t* event);
  void destroy(bool left);
  void drop_queues();

  // -- members ----------------------------------------------------------------

  wake_gate gate; // outlives the client, which calls it
  rd_kafka_t* client;
  std::string group_id;
  bool wants_debug;
  // Not KIP-848, where the broker is told what we hold, so that it must not see
  // an assignment with nothing in it.
  bool classic;
  queue_ptr events;  // rebalances, errors
  queue_ptr answers; // to commits and look-ups
  queue_ptr logs;
  std::deque<consumer_event> pending;
  std::map<topic_partition, source_ptr> sources;
  std::set<topic_partition> held; // assigned; each has a source
  bool cooperative = false;
  bool revoke_unanswered = false;
  bool was_assigned = false; // even if nothing
  bool detached = false;
  std::vector<std::string> topics; // subscribed
  partition_counter counter;
};

} // namespace cafka::kafka
