#pragma once

#include "core/thread_factory.hpp"
#include "executor/abstract_executor.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace cafka::executor {

/// Threads that are made as jobs wait, up to a limit, and stay. No more of them
/// run at once than the machine has processors, so that those of the actors and
/// the client get theirs; a job that blocks, which is one that takes some
/// milliseconds, does not count. A job that never returns costs its thread and
/// nothing else: the destructor waits for idle threads only and leaves the
/// others to the process.
class thread_pool : public abstract_executor {
public:
  /// `on_exhausted` is told, once per time that it happens, that all threads
  /// are busy, how many they are, and that a job waits: they are `threads_max`,
  /// or the system gives no other for now, not even a first one. `at_once_max`
  /// 0: as many as there are processors.
  thread_pool(std::size_t threads_max,
              std::function<void(std::size_t)> on_exhausted,
              std::size_t at_once_max = 0,
              core::thread_factory make_thread = core::make_thread);
  ~thread_pool() override;
  void execute(job x, job_kind kind) override;
  void execute_next(job x, job_kind kind) override;
  void retry() override;
  std::size_t threads() const override;

private:
  struct shared_state;
  static bool call_thread(const std::shared_ptr<shared_state>& state);
  static bool add_thread(const std::shared_ptr<shared_state>& state);
  static void run(const std::shared_ptr<shared_state>& state);
  static void run_one(const std::shared_ptr<shared_state>& state,
                      std::unique_lock<std::mutex>& guard);

  std::shared_ptr<shared_state> state_;
};

} // namespace cafka::executor
