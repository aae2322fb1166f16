#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/failure_step.hpp>
#include <cafka/messages.hpp>
#include <cafka/operation_result.hpp>
#include <cafka/record_excerpt.hpp>
#include <cafka/target_position.hpp>
#include <cafka/types.hpp>

#include <string>

/// The intents of an operator for a running group: messages to the handle that
/// `spawn` and `find` give, from any actor, also of another process. Each is
/// answered with one `operation_reply`, never with an error, and each is an
/// event with `who` and `reason`. `ask` in `send.hpp` is for threads that are
/// no actor.
namespace cafka {

// -- intents: any actor to the group ------------------------------------------

/// No handler call begins any more, until `resume_partitions` with the same
/// partition or topic. Acks, dead letters and commits go on, and so does a call
/// that runs. It outlives restarts of workers and of the group, and rebalances,
/// as long as the group lives in this process: of a partition that is not held
/// it is kept until that comes. Answered at once.
struct pause_partitions {
  std::string topic;          ///< empty: all that the group reads
  partition_t partition = -1; ///< of the topic; -1: all of it
  std::string who;            ///< for people; may be empty
  std::string reason;         ///< for people; may be empty
};

/// Takes back the pause of just this partition or topic, or the one of all.
/// Answered at once.
struct resume_partitions {
  std::string topic;          ///< as it was paused
  partition_t partition = -1; ///< as it was paused
  std::string who;            ///< for people; may be empty
  std::string reason;         ///< for people; may be empty
};

/// The partition's worker ends, and its next one begins without a backoff at
/// the last acked offset, behind a call that runs. One that had stopped, or
/// keeps failing, has all of its restarts and retries again. Answered at once.
struct restart_worker {
  std::string topic;         ///< of the partition
  partition_t partition = 0; ///< of the topic
  std::string who;           ///< for people; may be empty
  std::string reason;        ///< for people; may be empty
};

/// Gets past a record whose handler fails, without handling it. Answered when
/// that is done, or void: it waits for a call that runs, as long as that takes.
struct dispose_record {
  std::string topic;         ///< of the partition
  partition_t partition = 0; ///< of the topic
  /// Must be `partition_status::failing_offset`.
  offset_t offset = -1;
  /// `skip` or `dead_letter`.
  failure_step step = failure_step::skip;
  std::string who;    ///< for people; may be empty
  std::string reason; ///< for people; may be empty
};

/// The partition drains as by a revocation (`drain-timeout`), has a new
/// generation, and goes on at `to`, forwards or backwards, once the broker has
/// confirmed the commit of that. Answered then.
struct move_partition {
  std::string topic;         ///< of the partition
  partition_t partition = 0; ///< of the topic
  target_position to;        ///< where it is to go on
  std::string who;           ///< for people; may be empty
  std::string reason;        ///< for people; may be empty
};

// -- a query: anybody to the group --------------------------------------------

/// Asks for the record that a partition stands at: the one that fails, else the
/// lowest one that is delivered and not acked. Answered with a
/// `record_excerpt`, from memory: nothing is read for it. It is user data.
struct get_record {
  std::string topic;         ///< of the partition
  partition_t partition = 0; ///< of the topic
};

// -- the answer ---------------------------------------------------------------

/// The answer to each of the intents.
struct operation_reply {
  operation_result result = operation_result::done; ///< what became of it
  std::string text; ///< for people: what is so now, or why not
  /// Of `dispose_record` the record; of `move_partition` where the partition
  /// goes on; -1 where there is none.
  offset_t offset = -1;
};

// -- in the status ------------------------------------------------------------

/// One pause that holds, as it was asked for.
struct pause_status {
  std::string topic;          ///< empty: all
  partition_t partition = -1; ///< of the topic; -1: all of it
  std::string who;            ///< who asked for it
  std::string reason;         ///< why
};

// -- serialisation ------------------------------------------------------------

CAFKA_INSPECT_ENUM(target_position::kind)
CAFKA_INSPECT_ENUM(failure_step)
CAFKA_INSPECT_ENUM(operation_result)

template <class Inspector>
auto inspect(Inspector& f, target_position& x) {
  return compat::fields(f, x, "cafka.target_position",
                        compat::field("what", x.what),
                        compat::field("value", x.value));
}

template <class Inspector>
auto inspect(Inspector& f, pause_partitions& x) {
  return compat::fields(f, x, "cafka.pause_partitions",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("who", x.who),
                        compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, resume_partitions& x) {
  return compat::fields(f, x, "cafka.resume_partitions",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("who", x.who),
                        compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, restart_worker& x) {
  return compat::fields(f, x, "cafka.restart_worker",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("who", x.who),
                        compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, dispose_record& x) {
  return compat::fields(
    f, x, "cafka.dispose_record", compat::field("topic", x.topic),
    compat::field("partition", x.partition), compat::field("offset", x.offset),
    compat::field("step", x.step), compat::field("who", x.who),
    compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, move_partition& x) {
  return compat::fields(f, x, "cafka.move_partition",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("to", x.to), compat::field("who", x.who),
                        compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, operation_reply& x) {
  return compat::fields(f, x, "cafka.operation_reply",
                        compat::field("result", x.result),
                        compat::field("text", x.text),
                        compat::field("offset", x.offset));
}

template <class Inspector>
auto inspect(Inspector& f, pause_status& x) {
  return compat::fields(f, x, "cafka.pause_status",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("who", x.who),
                        compat::field("reason", x.reason));
}

template <class Inspector>
auto inspect(Inspector& f, get_record& x) {
  return compat::fields(f, x, "cafka.get_record",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition));
}

template <class Inspector>
auto inspect(Inspector& f, bytes_excerpt& x) {
  return compat::fields(f, x, "cafka.bytes_excerpt",
                        compat::field("is_null", x.is_null),
                        compat::field("size", x.size),
                        compat::field("begin", x.begin));
}

template <class Inspector>
auto inspect(Inspector& f, header_excerpt& x) {
  return compat::fields(f, x, "cafka.header_excerpt",
                        compat::field("name", x.name),
                        compat::field("value", x.value));
}

template <class Inspector>
auto inspect(Inspector& f, record_excerpt& x) {
  return compat::fields(
    f, x, "cafka.record_excerpt", compat::field("offset", x.offset),
    compat::field("text", x.text), compat::field("failures", x.failures),
    compat::field("timestamp_ms", x.timestamp_ms), compat::field("key", x.key),
    compat::field("value", x.value), compat::field("headers", x.headers),
    compat::field("header_count", x.header_count));
}

} // namespace cafka
