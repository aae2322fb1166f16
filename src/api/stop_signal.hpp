#pragma once

#include <array>
#include <csignal>

namespace cafka {

/// A shell and a terminal add this to the number of a signal that ended a
/// process.
inline constexpr int signal_exit_base = 128;

/// From now on the first SIGINT, SIGTERM or SIGHUP is only noted, for a clean
/// stop; the next of any ends the process with 128 + its number. For who looks
/// at `stop_signal`. A SIGHUP that is ignored, by nohup, stays so. A SIGUSR1 is
/// noted, too, see `take_status_signal`.
///
/// To be called before the process makes threads: they all block these signals,
/// and a thread of its own takes them, so that no other's system call is
/// interrupted. A program that is started from here blocks them, too.
void catch_stop_signals();

/// The signal that came; 0: none so far. Any thread.
int stop_signal() noexcept;

/// True: a SIGUSR1 came since the last call. Any thread.
bool take_status_signal() noexcept;

/// Catches the stop signals in the same way for as long as it lives, in a
/// process that has threads: any of them may be interrupted, but for those that
/// block the signals. The constructor's thread does not, meanwhile. One at a
/// time.
class stop_signal_scope {
public:
  stop_signal_scope();
  ~stop_signal_scope();
  stop_signal_scope(const stop_signal_scope&) = delete;
  stop_signal_scope& operator=(const stop_signal_scope&) = delete;

private:
  std::array<struct sigaction, 3> before_{};
  sigset_t mask_before_{};
};

} // namespace cafka
