#include "api/stop_signal.hpp"

#include <atomic>
#include <csignal>

#include <unistd.h>

namespace cafka {

namespace {

/// What a shell and a terminal add to the number of a signal that ended it.
constexpr int signal_base = 128;

std::atomic<int> came = 0;
// Only then may a signal handler touch it.
static_assert(std::atomic<int>::is_always_lock_free);

/// As without us, so that who waits for the process sees the signal. The first
/// process of a container is different: its default is to ignore all of them.
[[noreturn]] void end_by(int x) {
  std::signal(x, SIG_DFL);
  sigset_t blocked; // while its handler runs
  sigemptyset(&blocked);
  sigaddset(&blocked, x);
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  std::raise(x);
  _exit(signal_base + x);
}

/// The next one, of any kind, ends the process.
void note(int x) {
  int none = 0;
  if (!came.compare_exchange_strong(none, x))
    end_by(x);
}

/// By nohup.
bool is_ignored(int x) {
  struct sigaction now {};
  return sigaction(x, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

} // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = note;
  for (auto x : {SIGINT, SIGTERM})
    sigaction(x, &action, nullptr);
  if (!is_ignored(SIGHUP))
    sigaction(SIGHUP, &action, nullptr);
}

int stop_signal() noexcept {
  return came.load();
}

exit_code exit_code_of_signal() noexcept {
  return static_cast<exit_code>(signal_base + stop_signal());
}

} // namespace cafka
