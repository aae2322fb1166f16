#pragma once

#include "kafka/callbacks.hpp"
#include "kafka/closable_callback.hpp"
#include "kafka/consumer.hpp"
#include "kafka/fetch_wakeup.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_queue.hpp"
#include "kafka/question_thread.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace cafka::kafka {

/// The parts of a `consumer`: the client with its two queues, and what is
/// assigned to it.
struct consumer::impl {
  using source_ptr = std::shared_ptr<partition_queue>;

  /// Takes the client, which calls `y`.
  impl(rd_kafka_t* x, std::unique_ptr<callbacks> y, const properties& props,
       std::function<void()> wake, bool headers,
       const core::thread_factory& make_thread);
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  // -- events ----------------------------------------------------------------

  bool take_event(rd_kafka_queue_t* queue);
  void note_statistics(rd_kafka_event_t* event);
  void complete(client_event& x) const;
  void collect_events();
  bool rebalance_waits() const;
  std::optional<client_event> next();
  void post(client_event x);
  void commit(std::uint64_t token, const std::vector<partition_offset>& xs);

  // -- assignment -------------------------------------------------------------

  source_ptr open_source(const topic_partition& tp, offset_t begin);
  source_ptr held_source(const topic_partition& tp) const;
  rd_kafka_queue_t* retire(const topic_partition& tp, partition_queue& x);
  std::string member_id() const;
  bool is_forgotten() const;
  void note_protocol();
  void acknowledge_assign();
  void begin_assign();
  std::vector<std::unique_lock<std::mutex>>
  verify_sources(const topic_partition* but = nullptr);
  void begin_revoke(revoked& event);
  error send_assign(const std::vector<partition_offset>& xs);
  error assign_everything(const partition_offset* moved = nullptr);
  error send_unassign(const std::vector<topic_partition>& xs);
  error restart(const partition_offset& to);

  // -- end --------------------------------------------------------------------

  // Longest single wait, so that the client's state is looked at again even if
  // an event said nothing. Short enough to add nothing that is felt to a stop.
  static constexpr std::chrono::milliseconds end_step{10};

  error begin_thread();
  void detach();
  void cut_off();
  void await_commits(time_point deadline);
  void close_sources();
  client_ended take_leave(time_point deadline, farewell how);
  bool take_leave_of_group(time_point deadline, farewell how);
  bool finish_joining(time_point deadline);
  bool is_half_joined();
  bool wait_for_event(time_point deadline);
  bool leave(time_point deadline);
  void unsubscribe(time_point deadline);
  bool begin_close();
  bool close_group(time_point deadline);
  bool close_in_silence();
  void answer_what_waits();
  void answer(const client_event& x);
  void answer_assigned();
  void answer_revoked(std::vector<topic_partition> xs);
  std::vector<topic_partition> assigned_now() const;
  void answer_while_ending(rd_kafka_event_t* event);
  void finish();
  void destroy();
  void give_up();
  void drop_queues();

  // -- members ----------------------------------------------------------------

  closable_callback on_event;       // outlives the client, which calls it
  std::shared_ptr<callbacks> hooks; // the same
  properties props;
  rd_kafka_t* client;
  bool headers; // of the records, are wanted
  // Not KIP-848, where the broker is told what we hold, so that it must not see
  // an assignment with nothing in it.
  bool classic;
  queue_ptr events;  // rebalances, errors
  queue_ptr answers; // to commits and look-ups
  std::deque<client_event> pending;
  std::map<topic_partition, source_ptr> sources;
  std::set<topic_partition> held;               // assigned; each has a source
  std::map<topic_partition, queue_ptr> retired; // given back; see `purge`
  bool cooperative = false;
  std::optional<std::vector<topic_partition>> revoking; // not answered yet
  bool was_assigned = false;                            // even if nothing
  std::string joined_as; // our id in the group at the last assignment
  bool detached = false;
  bool close_begun = false;
  bool closed = false;      // there is no group handler any more
  bool half_joined = false; // and may not be destroyed
  std::atomic<bool> cut = false;
  std::chrono::milliseconds session;
  int commits_on_their_way = 0;
  std::vector<std::string> topics; // subscribed
  question_thread questions;       // they use the client, for long
  question_thread errands;         // the same, briefly; and the client's end
  fetch_wakeup wakeup;             // uses the latter
  core::volume queue_limit;        // of each partition
};

} // namespace cafka::kafka
