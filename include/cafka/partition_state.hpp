#pragma once

#include <cstdint>
#include <string>

namespace cafka {

/// Where a partition stands; `src/core/partition.hpp` has the arrows.
enum class partition_state : std::uint8_t {
  starting,  ///< its worker builds the handler
  running,   ///< its worker delivers
  backoff,   ///< its worker failed, a successor waits
  seeking,   ///< the client moves its position
  draining,  ///< it is being given back
  exhausted, ///< restarts are used up: it is held and not delivered
};

std::string to_string(partition_state x);

} // namespace cafka
