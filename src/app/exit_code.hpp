#pragma once

namespace cafka::app {

/// With what the program ends. A part of its interface: scripts rely on it.
enum class exit_code : int {
  ok = 0,
  check_failed = 1,  ///< it ran, and what it checked was not so
  usage = 2,         ///< wrong arguments, or an input that cannot be read
  no_progress = 3,   ///< nothing moved for too long
  gave_up = 4,       ///< the group ended by itself
  interrupted = 130, ///< SIGINT: 128 + its number, as shells have it
  terminated = 143,  ///< SIGTERM
};

} // namespace cafka::app
