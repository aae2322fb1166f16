#include "app/stop_signal.hpp"

#include <atomic>
#include <csignal>

namespace cafka::app {

namespace {

std::atomic<int> came = 0;
// Only then may a signal handler touch it.
static_assert(std::atomic<int>::is_always_lock_free);

/// The next one, of either kind, ends the process.
void note(int x) {
  came.store(x);
  for (auto y : {SIGINT, SIGTERM})
    std::signal(y, SIG_DFL);
}

} // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = note;
  for (auto x : {SIGINT, SIGTERM})
    sigaction(x, &action, nullptr);
}

int stop_signal() noexcept {
  return came.load();
}

exit_code exit_code_of_signal() noexcept {
  return stop_signal() == SIGINT ? exit_code::interrupted
                                 : exit_code::terminated;
}

} // namespace cafka::app
