#pragma once

/// The internal messages of a group. All are local to the process. Each says
/// who sends it to whom; `life` and `generation` say what it belongs to, and
/// the receiver drops it when that is over.

#include "actors/coordinator_messages.hpp"
#include "actors/producer_messages.hpp"
#include "actors/worker_messages.hpp"

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

// -- an actor to itself, on time -----------------------------------------------------------

/// The client is to be polled, if it did not wake anybody.
struct keep_alive {};

/// The manager looks at its partitions, and at what is due.
struct watch_due {};

/// A job of the handlers runs on CAF's scheduler.
struct run_job {};

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
  each(keep_alive)                                                             \
  each(watch_due)                                                              \
  each(run_job)                                                                \
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
  each(client_overdue)                                                         \
  each(write_dead_letter)                                                      \
  each(write_outputs)                                                          \
  each(check_letter_topics)                                                    \
  each(close_producer)                                                         \
  each(write_report)                                                           \
  each(letter_topics_checked)                                                  \
  each(producer_ready)                                                         \
  each(producer_tick)

#define CAFKA_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafka::actors::name)
CAFKA_INTERNAL_MESSAGES(CAFKA_UNSAFE)
#undef CAFKA_UNSAFE

CAF_BEGIN_TYPE_ID_BLOCK(cafka_internal, caf::first_custom_type_id + 200)
#define CAFKA_ID(name) CAF_ADD_TYPE_ID(cafka_internal, (cafka::actors::name))
  CAFKA_INTERNAL_MESSAGES(CAFKA_ID)
#undef CAFKA_ID
CAF_END_TYPE_ID_BLOCK(cafka_internal)
