#pragma once

#include "core/thread_factory.hpp"

#include <cafka/types.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

namespace cafka::actors {

using job = std::function<void()>;

/// The kinds of jobs that wait for a thread, which are served in turn: none waits
/// for all of another.
enum class job_kind {
  build,   ///< of a handler, which a failed one's records may wait for
  woken,   ///< of a lane that was idle
  going_on ///< of one that just had a turn
};

/// Where handler code runs.
class executor {
public:
  virtual ~executor() = default;
  /// Runs `x` once, later or now, on some thread.
  virtual void execute(job x, job_kind kind) = 0;
  /// The same, as the last thing that a job does: its own thread is about to
  /// be free.
  virtual void execute_next(job x, job_kind kind) {
    execute(std::move(x), kind);
  }
  /// Something may wait that could not be run; to be called now and then.
  virtual void retry() {
  }
};

/// Threads that are made as jobs wait, up to a limit, and stay. No more of them
/// run at once than the machine has processors, so that those of the actors and
/// the client get theirs; a job that blocks, which is one that takes some
/// milliseconds, does not count. A job that never returns costs its thread and
/// nothing else: the destructor waits for idle threads only and leaves the
/// others to the process.
class thread_pool : public executor {
public:
  /// `on_exhausted` is told, once per time that it happens, that all threads are
  /// busy, how many they are, and that a job waits: they are `threads_max`, or
  /// the system gives no other for now, not even a first one.
  /// `at_once_max` 0: as many as there are processors.
  thread_pool(std::size_t threads_max,
              std::function<void(std::size_t)> on_exhausted,
              std::size_t at_once_max = 0,
              core::thread_factory make_thread = core::make_thread);
  ~thread_pool() override;
  void execute(job x, job_kind kind) override;
  void execute_next(job x, job_kind kind) override;
  void retry() override;

private:
  struct shared_state;
  static bool call_thread(const std::shared_ptr<shared_state>& state);
  static bool add_thread(const std::shared_ptr<shared_state>& state);
  static void run(const std::shared_ptr<shared_state>& state);
  static void run_one(const std::shared_ptr<shared_state>& state,
                      std::unique_lock<std::mutex>& guard);

  std::shared_ptr<shared_state> state_;
};

/// The table of running handler calls: one lane per partition, whose jobs run
/// one at a time and in their order. It outlives workers, managers and clients,
/// so that a successor's handler is built only after the old call has returned
/// and the old handler is closed. Thread safe.
class handler_lanes {
public:
  explicit handler_lanes(std::unique_ptr<executor> runs_on);
  /// Jobs that still run keep what they need; nobody is told of their end.
  ~handler_lanes();

  /// Jobs must not throw.
  void post(const topic_partition& tp, job x);
  /// The same with what has a handler built.
  void post_build(const topic_partition& tp, job x);

  /// Tries again to run what waits for a thread that could not be made.
  void retry();

  /// Lanes with a job that runs or waits.
  std::size_t busy() const;
  /// Whether one of this lane does.
  bool is_busy(const topic_partition& tp) const;

  /// Calls `f` once, on some thread, as soon as no lane is busy; at once if so.
  void when_idle(job f);

private:
  struct lane {
    std::deque<std::pair<job, job_kind>> waiting;
  };
  struct shared_state {
    mutable std::mutex mutex;
    std::unique_ptr<executor> runs_on;
    std::unordered_map<topic_partition, lane> busy; // idle lanes have no entry
    std::deque<job> on_idle;
  };
  void post(const topic_partition& tp, job x, job_kind kind);
  static void run_next(const std::shared_ptr<shared_state>& state,
                       const topic_partition& tp);

  std::shared_ptr<shared_state> state_;
};

} // namespace cafka::actors
