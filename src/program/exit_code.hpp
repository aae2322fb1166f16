#pragma once

#include <caf/fwd.hpp>

namespace cafka::app {

/// With what the program ends. A part of its interface: scripts rely on it, and
/// `--help` lists it.
enum class exit_code : int {
  ok = 0,                  ///< also: `run` was stopped by a signal, in order
  check_failed = 1,        ///< it ran, and something was not as it has to be
  usage = 2,               ///< wrong arguments, or an input that cannot be read
  no_progress = 3,         ///< nothing moved for too long
  gave_up = 4,             ///< a group ended by itself
  calls_outlived_stop = 5, ///< handler calls ran on after `stop-timeout`
  broker_failed = 6,       ///< no broker answered, or one refused
  stood_still = 7,         ///< all in order, but a partition had stopped
  hung_up = 129,           ///< SIGHUP: 128 + its number, as shells have it
  interrupted = 130,       ///< SIGINT
  terminated = 143,        ///< SIGTERM
};

/// Of two things that both apply to a run of groups the one to end with.
exit_code first_of(exit_code x, exit_code y) noexcept;

/// The exit code for the end of a group that was told to stop.
exit_code code_of_end(const caf::error& why);

/// For who was stopped by `stop_signal`.
exit_code exit_code_of_signal() noexcept;

} // namespace cafka::app
