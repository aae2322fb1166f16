#pragma once

#include <cstdint>
#include <string>

namespace cafka {

/// The state of a held partition.
enum class partition_state : std::uint8_t {
  starting,  ///< its worker builds the handler
  running,   ///< its worker delivers
  isolating, ///< its worker delivers one by one, to find who fails
  backoff,   ///< its worker failed, a successor waits
  disposing, ///< a record is got past: its dead letter is on its way
  moving,    ///< the client moves its position
  doubted,   ///< a broker refused its position, its leader is asked
  draining,  ///< it is being given back
  fenced,    ///< it is drained, its last commit is on its way
  exhausted, ///< its restarts are used up: it is held and not delivered
};

/// The name, as it stands in the enumeration.
std::string to_string(partition_state x);

} // namespace cafka
