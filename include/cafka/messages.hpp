#pragma once

#include <cafka/ack_result.hpp>
#include <cafka/detail/caf_compat.hpp>
#include <cafka/types.hpp>

#include <caf/actor.hpp>

#include <string>
#include <vector>

namespace cafka {

// -- acks: any actor, also of another process, to the group -------------------

/// Cumulative: every record of the partition up to `offset` is processed. Never
/// answered; a refused one changes nothing and is an event.
struct ack {
  std::string topic;            ///< of the partition
  partition_t partition = 0;    ///< of the topic
  cafka::generation generation; ///< in which the records were delivered
  offset_t offset = 0;          ///< this one is processed, too
};

/// Just these records are processed, in any order. Never answered.
struct ack_individual {
  std::string topic;             ///< of the partition
  partition_t partition = 0;     ///< of the topic
  cafka::generation generation;  ///< in which the records were delivered
  std::vector<offset_t> offsets; ///< at least one, in any order
};

/// An `ack` or an `ack_individual` that is answered with an `ack_reply`. The
/// answers also pace a sender of very many acks.
struct ack_request {
  std::string topic;             ///< of the partition
  partition_t partition = 0;     ///< of the topic
  cafka::generation generation;  ///< in which the records were delivered
  bool cumulative = true;        ///< as `ack`, else as `ack_individual`
  std::vector<offset_t> offsets; ///< a cumulative one has exactly one
};

/// The answer to an `ack_request`.
struct ack_reply {
  ack_result result = ack_result::accepted; ///< what became of the ack
  /// Where the watermark, the commit position, stands after this ack; -1 where
  /// the partition is not held or has no position yet.
  offset_t watermark = -1;
};

// -- failures: any actor, also of another process, to the group ---------------

/// A record that a handler kept by `handler_answer::no_ack` failed, says
/// whoever works on it. Never answered; refused like an `ack_individual`, and
/// where the record is acked.
struct nack {
  std::string topic;            ///< of the partition
  partition_t partition = 0;    ///< of the topic
  cafka::generation generation; ///< in which the record was delivered
  offset_t offset = 0;          ///< of the record
  std::string cause;            ///< for people
  /// The worker fails, as by `handler_answer::failed_at`; else as by `reject`.
  bool retry = true;
};

/// A `nack` that is answered with an `ack_reply`.
struct nack_request {
  std::string topic;            ///< of the partition
  partition_t partition = 0;    ///< of the topic
  cafka::generation generation; ///< in which the record was delivered
  offset_t offset = 0;          ///< of the record
  std::string cause;            ///< for people
  /// The worker fails, as by `handler_answer::failed_at`; else as by `reject`.
  bool retry = true;
};

// -- queries ------------------------------------------------------------------

/// From anybody to the group, which answers with `committed_offsets`.
struct get_committed_offsets {
  std::string topic; ///< only the partitions of this one that are held
};

/// The committed offset of one partition.
struct committed_offset {
  partition_t partition = 0; ///< of the topic that was asked for
  /// Offset of the next record to read, as last confirmed by the broker.
  offset_t next = 0;
};

/// The answer to `get_committed_offsets`.
struct committed_offsets {
  /// One entry per held partition of the topic that has a committed offset.
  std::vector<committed_offset> partitions;
};

/// From anybody to the group, which answers with a `group_status`.
struct get_status {};

/// From anybody to the group. From now on `listener` gets every `event`, until
/// it ends. Never answered.
struct subscribe_events {
  /// An actor that takes `event`.
  caf::actor listener;
};

/// From anybody to the group, which drains, commits, leaves and ends within
/// `stop-timeout`. Never answered: monitor the group to see its end.
struct stop_group {};

// -- serialisation ------------------------------------------------------------

CAFKA_INSPECT_ENUM(ack_result)

template <class Inspector>
auto inspect(Inspector& f, generation& x) {
  return compat::fields(f, x, "cafka.generation",
                        compat::field("value", x.value));
}

template <class Inspector>
auto inspect(Inspector& f, topic_partition& x) {
  return compat::fields(f, x, "cafka.topic_partition",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition));
}

template <class Inspector>
auto inspect(Inspector& f, ack& x) {
  return compat::fields(f, x, "cafka.ack", compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("generation", x.generation),
                        compat::field("offset", x.offset));
}

template <class Inspector>
auto inspect(Inspector& f, ack_individual& x) {
  return compat::fields(f, x, "cafka.ack_individual",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("generation", x.generation),
                        compat::field("offsets", x.offsets));
}

template <class Inspector>
auto inspect(Inspector& f, ack_request& x) {
  return compat::fields(f, x, "cafka.ack_request",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("generation", x.generation),
                        compat::field("cumulative", x.cumulative),
                        compat::field("offsets", x.offsets));
}

template <class Inspector>
auto inspect(Inspector& f, ack_reply& x) {
  return compat::fields(f, x, "cafka.ack_reply",
                        compat::field("result", x.result),
                        compat::field("watermark", x.watermark));
}

template <class Inspector>
auto inspect(Inspector& f, nack& x) {
  return compat::fields(f, x, "cafka.nack", compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("generation", x.generation),
                        compat::field("offset", x.offset),
                        compat::field("cause", x.cause),
                        compat::field("retry", x.retry));
}

template <class Inspector>
auto inspect(Inspector& f, nack_request& x) {
  return compat::fields(f, x, "cafka.nack_request",
                        compat::field("topic", x.topic),
                        compat::field("partition", x.partition),
                        compat::field("generation", x.generation),
                        compat::field("offset", x.offset),
                        compat::field("cause", x.cause),
                        compat::field("retry", x.retry));
}

template <class Inspector>
auto inspect(Inspector& f, get_committed_offsets& x) {
  return compat::fields(f, x, "cafka.get_committed_offsets",
                        compat::field("topic", x.topic));
}

template <class Inspector>
auto inspect(Inspector& f, committed_offset& x) {
  return compat::fields(f, x, "cafka.committed_offset",
                        compat::field("partition", x.partition),
                        compat::field("next", x.next));
}

template <class Inspector>
auto inspect(Inspector& f, committed_offsets& x) {
  return compat::fields(f, x, "cafka.committed_offsets",
                        compat::field("partitions", x.partitions));
}

template <class Inspector>
auto inspect(Inspector& f, get_status& x) {
  return compat::fields(f, x, "cafka.get_status");
}

template <class Inspector>
auto inspect(Inspector& f, subscribe_events& x) {
  return compat::fields(f, x, "cafka.subscribe_events",
                        compat::field("listener", x.listener));
}

template <class Inspector>
auto inspect(Inspector& f, stop_group& x) {
  return compat::fields(f, x, "cafka.stop_group");
}

} // namespace cafka
