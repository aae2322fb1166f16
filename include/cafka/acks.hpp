#pragma once

#include <cafka/message_batch.hpp>
#include <cafka/messages.hpp>

#include <string>
#include <utility>

/// Acks for handlers that answer `no_ack`: whoever does the work sends them to
/// the group, from any thread and any actor, also of another process. They
/// outlive the batch.
namespace cafka {

/// The ack of everything up to `offset`.
inline ack ack_of(const message_batch& batch, offset_t offset) {
  return {batch.topic(), batch.partition(), batch.generation(), offset};
}

/// The ack of everything up to the batch's last record.
inline ack ack_of(const message_batch& batch) {
  return ack_of(batch, batch.last_offset());
}

/// The ack of everything up to this record.
inline ack ack_of(const record& x) {
  return {x.topic(), x.partition(), x.generation(), x.offset()};
}

/// The ack of everything up to this record.
inline ack ack_of(const owned_record& x) {
  return ack_of(x.view());
}

/// Says that this record failed.
inline nack nack_of(const record& x, std::string cause, bool retry = true) {
  return {x.topic(),  x.partition(),    x.generation(),
          x.offset(), std::move(cause), retry};
}

/// Says that this record failed.
inline nack nack_of(const owned_record& x, std::string cause,
                    bool retry = true) {
  return nack_of(x.view(), std::move(cause), retry);
}

/// The ack of just the record that `x` ends with.
inline ack_individual individual_ack_of(const ack& x) {
  return {x.topic, x.partition, x.generation, {x.offset}};
}

/// The ack of just this record.
inline ack_individual individual_ack_of(const record& x) {
  return individual_ack_of(ack_of(x));
}

/// The ack of just this record.
inline ack_individual individual_ack_of(const owned_record& x) {
  return individual_ack_of(x.view());
}

} // namespace cafka
