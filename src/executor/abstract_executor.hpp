#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace cafka::executor {

using job = std::function<void()>;

/// The kinds of jobs that wait for a thread, which are served in turn: none
/// waits for all of another.
enum class job_kind {
  build,   ///< of a handler, which a failed one's records may wait for
  woken,   ///< of a strand that was idle
  going_on ///< of one that just had a turn
};

/// Where handler code runs.
class abstract_executor {
public:
  virtual ~abstract_executor() = default;
  /// Runs `x` once, on another thread or later, and never within this call,
  /// which is made with locks held.
  virtual void execute(job x, job_kind kind) = 0;
  /// As `execute`, for the last thing that a job does: its own thread is about
  /// to be free.
  virtual void execute_next(job x, job_kind kind) {
    execute(std::move(x), kind);
  }
  /// Something may wait that could not be run; to be called now and then.
  virtual void retry() {
  }
  /// Of its own, that it has made so far.
  virtual std::size_t threads() const {
    return 0;
  }
};

} // namespace cafka::executor
