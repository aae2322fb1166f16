#pragma once

#include <cafka/message_batch.hpp>
#include <cafka/messages.hpp>

namespace cafka {

/// The ack of everything up to `offset`, for a handler that answers `no_ack`:
/// whoever does the work sends it to the group, from any actor, also of another
/// process. It outlives the batch.
inline ack ack_of(const message_batch& batch, offset_t offset) {
  return {batch.topic(), batch.partition(), batch.generation(), offset};
}

/// The same up to the batch's last record.
inline ack ack_of(const message_batch& batch) {
  return ack_of(batch, batch.last_offset());
}

/// The ack of just the record that `x` ends with.
inline ack_individual individual_ack_of(const ack& x) {
  return {x.topic, x.partition, x.generation, {x.offset}};
}

} // namespace cafka
