#include "app/stop_signal.hpp"

#include <atomic>
#include <csignal>

namespace cafka::app {

namespace {

std::atomic<int> came = 0;
// Only then may a signal handler touch it.
static_assert(std::atomic<int>::is_always_lock_free);

} // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = [](int x) { came.store(x); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
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
