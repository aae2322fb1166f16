#pragma once

/// The internal messages of a group. All are local to the process. Each says
/// who sends it to whom; `incarnation` and `generation` say what it belongs to,
/// and the receiver drops it when that is over.

#include "actors/coordinator_messages.hpp"
#include "actors/producer_messages.hpp"
#include "actors/worker_messages.hpp"

#include <cafka/errors.hpp>
#include <cafka/events.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::actors {

// -- whoever fills the manager's buffer -> its reader -------------------------

/// Something waits in it: the manager takes it in; between two incarnations of
/// the group the supervisor does.
struct buffer_filled {};

/// Reports may wait in it that the manager was not woken for.
struct doze_over {};

// -- the manager -> its neighbours, and back ----------------------------------

/// To the coordinator and the producer: answered with a `pong`, at once.
struct ping {};

/// They take messages.
struct pong {
  enum class actor : std::uint8_t { coordinator, producer };
  actor from = actor::coordinator;
};

// -- an actor to itself, on time ----------------------------------------------

/// To the coordinator: the client is to be polled, if it did not wake anybody.
struct keep_alive {};

/// To the manager: it looks at its partitions, and at what is due.
struct watch_due {};

/// A job of the handlers runs on CAF's scheduler: from whoever posts to a
/// strand to an actor that is made for that job.
struct run_job {};

/// To the manager: the backoff of a partition is over.
struct backoff_elapsed {
  topic_partition tp;
  cafka::generation generation;
};

/// To the manager: a handler that acks nothing of what it is given has waited
/// before that comes again.
struct redelivery_due {
  worker_ready what;
};

/// To the manager: the leader of a partition is to be asked again for what it
/// holds.
struct ask_range_again {
  topic_partition tp;
  cafka::generation generation;
};

/// From the client's threads to the coordinator: it has events.
struct client_ready {};

/// To the coordinator: the begins of this rebalance are to be asked for again.
struct retry_look_up {
  rebalance_id rebalance;
};

/// To the supervisor: its backoff behind this incarnation is over.
struct restart_group {
  std::uint64_t incarnation = 0;
};

/// To the reaper: the end of a client takes longer than it may.
struct client_overdue {
  std::uint64_t number = 0;
};

/// From the reaper to the supervisor: the last client of the group's
/// incarnation is destroyed, or left behind.
struct client_closed {
  std::uint64_t incarnation = 0;
};

/// From the strands to the supervisor, which stops: no job runs any more.
struct strands_idle {};

/// From a handler to the supervisor, which publishes the event.
struct handler_event {
  event what;
};

/// To the supervisor: `stop-timeout` is over, or (last) all bounds of the
/// actors as well.
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
  each(position_result)                                                        \
  each(position_request)                                                       \
  each(follow_generation)                                                      \
  each(wake_request)                                                           \
  each(commit_request)                                                         \
  each(revocation_done)                                                        \
  each(seek_request)                                                           \
  each(close_client)                                                           \
  each(drain_worker)                                                           \
  each(fence_worker)                                                           \
  each(keep_alive)                                                             \
  each(watch_due)                                                              \
  each(run_job)                                                                \
  each(buffer_filled)                                                          \
  each(doze_over)                                                              \
  each(backoff_elapsed)                                                        \
  each(redelivery_due)                                                         \
  each(client_ready)                                                           \
  each(retry_look_up)                                                          \
  each(restart_group)                                                          \
  each(client_closed)                                                          \
  each(strands_idle)                                                           \
  each(stop_deadline)                                                          \
  each(handler_event)                                                          \
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
  each(producer_tick)                                                          \
  each(ping)                                                                   \
  each(pong)

#define CAFKA_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafka::actors::name)
CAFKA_INTERNAL_MESSAGES(CAFKA_UNSAFE)
#undef CAFKA_UNSAFE

CAF_BEGIN_TYPE_ID_BLOCK(cafka_internal, caf::first_custom_type_id + 200)
#define CAFKA_ID(name) CAF_ADD_TYPE_ID(cafka_internal, (cafka::actors::name))
  CAFKA_INTERNAL_MESSAGES(CAFKA_ID)
#undef CAFKA_ID
CAF_END_TYPE_ID_BLOCK(cafka_internal)
