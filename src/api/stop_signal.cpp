#include "api/stop_signal.hpp"

#include "core/thread_name.hpp"

#include <atomic>
#include <system_error>
#include <thread>

#include <unistd.h>

namespace cafka {

namespace {

constexpr std::array stop_signals{SIGINT, SIGTERM, SIGHUP};

std::atomic<int> came = 0;
std::atomic<bool> status_is_wanted = false;
// Only then may a signal handler touch them.
static_assert(std::atomic<int>::is_always_lock_free
              && std::atomic<bool>::is_always_lock_free);

/// As without us, so that who waits for the process sees the signal. The first
/// process of a container is different: its default is to ignore all of them.
[[noreturn]] void end_by(int x) {
  std::signal(x, SIG_DFL);
  sigset_t blocked; // while its handler runs
  sigemptyset(&blocked);
  sigaddset(&blocked, x);
  pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  std::raise(x);
  _exit(signal_exit_base + x);
}

/// The next one, of any kind, ends the process.
void note(int x) {
  int none = 0;
  if (!came.compare_exchange_strong(none, x))
    end_by(x);
}

void note_status_signal(int) {
  status_is_wanted = true;
}

/// By nohup.
bool is_ignored(int x) {
  struct sigaction now {};
  return sigaction(x, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

void handle(int x, void (*by)(int)) {
  struct sigaction action {};
  action.sa_handler = by;
  action.sa_flags = SA_RESTART; // of whatever thread it interrupts
  if (x != SIGHUP || !is_ignored(x))
    sigaction(x, &action, nullptr);
}

sigset_t all_stop_signals() {
  sigset_t result;
  sigemptyset(&result);
  for (auto x : stop_signals)
    sigaddset(&result, x);
  return result;
}

/// One that does nothing else, so that nothing else is interrupted.
void take_on_own_thread() {
  auto signals = all_stop_signals();
  sigaddset(&signals, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    std::thread{[signals] {
      core::name_this_thread("signals");
      pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
      for (;;)
        pause();
    }}.detach();
  } catch (const std::system_error&) { // no more threads: then this one
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  }
}

} // namespace

void catch_stop_signals() {
  for (auto x : stop_signals)
    handle(x, note);
  handle(SIGUSR1, note_status_signal);
  take_on_own_thread();
}

int stop_signal() noexcept {
  return came.load();
}

bool take_status_signal() noexcept {
  return status_is_wanted.exchange(false);
}

stop_signal_scope::stop_signal_scope() {
  came = 0;
  for (std::size_t i = 0; i < stop_signals.size(); ++i) {
    sigaction(stop_signals[i], nullptr, &before_[i]);
    handle(stop_signals[i], note);
  }
  auto signals = all_stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &signals, &mask_before_);
}

stop_signal_scope::~stop_signal_scope() {
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  for (std::size_t i = 0; i < stop_signals.size(); ++i)
    sigaction(stop_signals[i], &before_[i], nullptr);
}

} // namespace cafka
