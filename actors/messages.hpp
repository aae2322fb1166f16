#pragma once

/// The internal messages of a group. All are local to the process. Each says
/// who sends it to whom; `life` and `generation` say what it belongs to, and
/// the receiver drops it when that is over.

#include "core/commit_fence.hpp"
#include "core/delivery_log.hpp"
#include "core/partition.hpp"
#include "core/range_set.hpp"
#include "core/record_source.hpp"
#include "kafka/client_events.hpp"

#include <cafka/errors.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::kafka {
class client;
} // namespace cafka::kafka

namespace cafka::actors {

// -- supervisor -> manager -------------------------------------------------------

/// Acks of one kind, partition and generation that came one by one, in their
/// order: as many as there are offsets, or one of several offsets.
struct ack_series {
  topic_partition tp;
  cafka::generation generation;
  bool cumulative = true;
  std::size_t acks = 0;
  std::vector<offset_t> offsets;
};

/// Each partition's in the order in which they came.
struct passed_acks {
  std::vector<ack_series> items;
};

// -- coordinator -> manager ------------------------------------------------------

struct assignment {
  topic_partition tp;
  cafka::generation generation;
  /// First offset to deliver; negative: logical.
  offset_t begin = 0;
  /// What the group had committed, if anything.
  std::optional<offset_t> committed;
  core::record_source_ptr source;
};

struct assignments_received {
  std::string group;
  rebalance_id rebalance;
  std::vector<assignment> partitions;
};

/// Answered with `revocation_done`. Lost: fence at once, neither drain nor
/// commit.
struct assignments_revoked {
  rebalance_id rebalance;
  std::vector<topic_partition> partitions;
  bool lost = false;
};

struct commit_result {
  struct entry {
    topic_partition tp;
    cafka::generation generation;
    offset_t offset = 0;
    kafka::error failure;
  };
  std::uint64_t id = 0;
  std::vector<entry> entries;
};

/// The position was moved, or could not be.
struct seek_done {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t id = 0; ///< of the `seek_request`
  kafka::error failure;
};

/// Answer to `range_request`; nothing: the leader did not say.
struct range_result {
  topic_partition tp;
  cafka::generation generation;
  std::optional<offset_range> range;
};

/// Answer to `ends_request`; what could not be found is missing. `asked`: the
/// brokers were, else silence has another reason.
struct ends_result {
  std::map<topic_partition, offset_t> ends;
  bool asked = false;
};

struct client_failure {
  kafka::error what;
};

/// The member has no partitions yet, for longer than a rebalance takes; once a
/// minute.
struct member_waiting {
  std::string what_for;
};

/// No broker was left, and now one has answered.
struct client_recovered {};

// -- manager -> coordinator --------------------------------------------------------

/// Answered with one `commit_result` of the same id and the same entries, at the
/// latest when the client ends.
using core::commit_request;

/// The partitions of this rebalance are drained and committed, or out of time.
struct revocation_done {
  rebalance_id rebalance;
};

/// Moves a held partition; negative offsets are logical. `revive`: its position
/// was out of range, and from now on `generation` holds. Answered with
/// `seek_done`.
struct seek_request {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t id = 0;
  offset_t offset = 0;
  bool revive = false;
};

/// Asks the leader of a held partition what it holds. Answered with
/// `range_result`, unless the partition is given back or lost meanwhile.
struct range_request {
  topic_partition tp;
  cafka::generation generation;
};

/// Asks the brokers for the readable ends; one at a time. Answered with one
/// `ends_result`, an empty one while the member is not settled in its group or
/// no broker is there.
struct ends_request {
  std::vector<topic_partition> partitions;
};

/// Nothing comes from a held partition, and nothing is known to be in its way.
/// Not answered: what it brings is records. Of another generation it is void.
struct wake_request {
  topic_partition tp;
  cafka::generation generation;
  offset_t offset = 0;   ///< where delivery goes on; negative: logical
  bool reassign = false; ///< else a seek
};

/// Leaves the group and ends.
struct close_client {};

// -- coordinator -> reaper --------------------------------------------------------

/// A client is to be ended. `last`: none comes after it; then there may be no
/// client.
struct bury_client {
  std::shared_ptr<kafka::client> client;
  kafka::farewell how = kafka::farewell::none;
  bool last = false;
};

/// From the client's own thread: it is destroyed.
struct client_gone {
  std::uint64_t number = 0;
  kafka::client_ended how;
};

// -- worker and its strand -> manager ---------------------------------------------------

/// Names a worker life of a partition.
struct worker_id {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t life = 0;
  friend bool operator==(const worker_id&, const worker_id&) = default;
};

/// The handler is built and has nothing to begin with, or retained records are
/// to come next: those above `after`. Answered with `redeliver` or `read_source`.
struct worker_ready {
  worker_id from;
  offset_t after = -1;
};

struct call_ended {
  worker_id from;
  core::delivery_ptr what;
  handler_answer::kind answer = handler_answer::kind::ack;
  offset_range batch;    ///< from its first offset up to behind its last one
  offset_t through = -1; ///< acked up to here, if anything is
};

/// A handler call begins, with redelivered records.
struct call_begun {
  worker_id from;
};

/// All that one drain of the source gave, so that nothing of it comes before or
/// without the rest. With a block a handler call begins, unless a `life_failed`
/// follows.
struct source_drained {
  worker_id from;
  core::intake what;
  /// The source's position is out of the broker's range.
  bool out_of_range = false;
  std::optional<call_ended> before; ///< ended just now
};

/// The handler is closed after a `drain_worker`; the worker ends.
struct worker_drained {
  worker_id from;
};

/// The strand ended the life: the handler could not be built, a call failed, or the
/// source did. The last message of that strand; the worker ends with the same
/// cause, and a successor need not wait for that.
struct life_failed {
  worker_id from;
  errc code = errc::none;
  std::string text;
};

/// The very last message of a worker, from its state's destructor. Where no
/// `life_failed` came before, a successor may start only after this and the
/// DOWN, which come in either order.
struct worker_released {
  worker_id from;
};

/// The handler's `on_close` threw. From the worker's strand, also when the worker
/// is gone.
struct close_failed {
  worker_id from;
  std::string text;
};

// -- manager -> worker -----------------------------------------------------------------

struct redeliver {
  core::redelivery what;
};

struct read_source {
  core::range_set skip; ///< individually acked already
  offset_t from = 0;    ///< nothing below; 0 where the begin is not resolved
};

/// Stops (true) or resumes new deliveries: too many ranges of acks.
struct hold_delivery {
  bool on = false;
};

/// No new call; when the running one has returned, close the handler, say
/// `worker_drained` and end.
struct drain_worker {
  time_point deadline;
  close_reason why = close_reason::revoked;
};

/// End now; a call that runs is left to its thread.
struct fence_worker {
  close_reason why = close_reason::lost;
};

// -- a worker's strand -> worker -----------------------------------------------------------

/// The strand ended the life, or its call has returned after a stop.
struct call_returned {
  errc code = errc::none;
  std::string text;
};

struct handler_closed {};

// -- an actor to itself, on time -----------------------------------------------------------

struct tick {};

/// What follows from the acks before it is to be done.
struct settle_acks {};

/// The acks that were gathered are to be passed on.
struct pass_acks {};

struct backoff_elapsed {
  topic_partition tp;
  cafka::generation generation;
};

/// What the leader of a partition holds is to be asked for again.
struct ask_range_again {
  topic_partition tp;
  cafka::generation generation;
};

struct client_ready {};

struct retry_look_up {
  rebalance_id rebalance;
};

struct restart_group {
  std::uint64_t life = 0;
};

/// The end of a client takes longer than it may.
struct client_overdue {
  std::uint64_t number = 0;
};

/// The client of the coordinator's life is destroyed.
struct client_closed {
  std::uint64_t life = 0;
};

struct strands_idle {};

/// From a strand: to be called behind the acks that were sent before.
struct behind_acks {
  std::function<void()> then;
};

/// `stop-timeout` is over, or (last) all bounds of the actors as well.
struct stop_deadline {
  bool last = false;
};

} // namespace cafka::actors

#define CAFKA_INTERNAL_MESSAGES(each)                                          \
  each(assignments_received)                                                   \
  each(assignments_revoked)                                                    \
  each(commit_result)                                                          \
  each(seek_done)                                                              \
  each(client_failure)                                                         \
  each(client_recovered)                                                       \
  each(member_waiting)                                                         \
  each(ends_result)                                                            \
  each(ends_request)                                                           \
  each(range_result)                                                           \
  each(range_request)                                                          \
  each(ask_range_again)                                                        \
  each(wake_request)                                                           \
  each(commit_request)                                                         \
  each(revocation_done)                                                        \
  each(seek_request)                                                           \
  each(close_client)                                                           \
  each(worker_ready)                                                           \
  each(call_begun)                                                             \
  each(source_drained)                                                         \
  each(call_ended)                                                             \
  each(worker_drained)                                                         \
  each(life_failed)                                                            \
  each(worker_released)                                                        \
  each(close_failed)                                                           \
  each(redeliver)                                                              \
  each(read_source)                                                            \
  each(hold_delivery)                                                          \
  each(drain_worker)                                                           \
  each(fence_worker)                                                           \
  each(call_returned)                                                          \
  each(handler_closed)                                                         \
  each(tick)                                                                   \
  each(passed_acks)                                                            \
  each(settle_acks)                                                            \
  each(pass_acks)                                                              \
  each(backoff_elapsed)                                                        \
  each(client_ready)                                                           \
  each(retry_look_up)                                                          \
  each(restart_group)                                                          \
  each(client_closed)                                                          \
  each(strands_idle)                                                           \
  each(behind_acks)                                                            \
  each(stop_deadline)                                                          \
  each(bury_client)                                                            \
  each(client_gone)                                                            \
  each(client_overdue)

#define CAFKA_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafka::actors::name)
CAFKA_INTERNAL_MESSAGES(CAFKA_UNSAFE)
#undef CAFKA_UNSAFE

CAF_BEGIN_TYPE_ID_BLOCK(cafka_internal, caf::first_custom_type_id + 200)
#define CAFKA_ID(name) CAF_ADD_TYPE_ID(cafka_internal, (cafka::actors::name))
  CAFKA_INTERNAL_MESSAGES(CAFKA_ID)
#undef CAFKA_ID
CAF_END_TYPE_ID_BLOCK(cafka_internal)
