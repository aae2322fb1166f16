#pragma once

#include "app/exit_code.hpp"

namespace cafka {

/// From now on the first SIGINT, SIGTERM or SIGHUP is only noted, for a clean
/// stop; the next of any ends the process with 128 + its number. For who looks
/// at `stop_signal`. A SIGHUP that is ignored, by nohup, stays so.
void catch_stop_signals();

/// The signal that came; 0: none so far. Any thread.
int stop_signal() noexcept;

/// For a program that ends because of it.
exit_code exit_code_of_signal() noexcept;

} // namespace cafka
