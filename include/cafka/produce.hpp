#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/output.hpp>
#include <cafka/types.hpp>

namespace cafka {

/// To a producer of `spawn_producer`, in its own process: writes one record.
/// Answered with `produced`, or with the error for which it was not written.
struct produce {
  output record; ///< to be written
};

/// The answer: all in-sync replicas have the record.
struct produced {
  topic_partition where; ///< where it lies
  offset_t offset = 0;   ///< there
};

} // namespace cafka

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafka::produce)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(cafka::produced)
