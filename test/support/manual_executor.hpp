#pragma once

#include "executor/abstract_executor.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace cafka::test {

/// Runs handler jobs when the test says so, on the test's thread. A job may run
/// others while it is inside user code: that is how a call "blocks" here.
class manual_executor : public executor::abstract_executor {
public:
  using job_queue = std::deque<executor::job>;

  explicit manual_executor(job_queue& jobs) : jobs_(jobs) {
  }
  void execute(executor::job x, executor::job_kind) override {
    jobs_.push_back(std::move(x));
  }

  /// Runs the oldest job of `jobs`.
  static void run_one(job_queue& jobs) {
    auto x = std::move(jobs.front());
    jobs.pop_front();
    x();
  }

private:
  job_queue& jobs_;
};

} // namespace cafka::test
