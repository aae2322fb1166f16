#pragma once

#include "executor/abstract_executor.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace cafka::executor {

/// The table of running handler calls: one strand per partition, whose jobs run
/// one at a time and in their order. It outlives workers, managers and clients,
/// so that a successor's handler is built only after the old call has returned
/// and the old handler is closed. Thread safe.
class strands {
public:
  explicit strands(std::unique_ptr<abstract_executor> runs_on);
  /// Jobs that still run keep what they need; nobody is told of their end.
  ~strands();

  /// Jobs must not throw.
  void post(const topic_partition& tp, job x);
  /// As above, with a job that builds a handler.
  void post_build(const topic_partition& tp, job x);

  /// Tries again to run what waits for a thread that could not be made.
  void retry();

  /// Strands with a job that runs or waits.
  std::size_t busy() const;
  /// Whether one of this strand does.
  bool is_busy(const topic_partition& tp) const;

  /// Threads that were made for them.
  std::size_t threads() const;

  /// Calls `f` once, on some thread, as soon as no strand is busy; at once if
  /// so.
  void when_idle(job f);

private:
  struct strand {
    std::deque<std::pair<job, job_kind>> waiting;
  };
  struct shared_state {
    mutable std::mutex mutex;
    std::unique_ptr<abstract_executor> runs_on;
    std::unordered_map<topic_partition, strand>
      busy; // idle strands have no entry
    std::deque<job> on_idle;
  };
  void post(const topic_partition& tp, job x, job_kind kind);
  static void run_next(const std::shared_ptr<shared_state>& state,
                       const topic_partition& tp);

  std::shared_ptr<shared_state> state_;
};

} // namespace cafka::executor
