#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace cafka::test {

/// Rung by the wake functions of clients and sources; a test waits at it.
class bell {
public:
  void ring() {
    std::lock_guard guard{mutex_};
    ++rings_;
    rung_.notify_all();
  }

  std::uint64_t rings() const {
    std::lock_guard guard{mutex_};
    return rings_;
  }

  /// Asks `done` now and after each ring, and never otherwise, so that a missed
  /// wake-up fails the test. False: `limit` passed.
  template <class Predicate>
  bool await(Predicate done,
             std::chrono::milliseconds limit = std::chrono::seconds{20}) {
    auto deadline = std::chrono::steady_clock::now() + limit;
    for (auto seen = rings();; seen = rings()) {
      if (done())
        return true;
      std::unique_lock guard{mutex_};
      if (!rung_.wait_until(guard, deadline, [&] { return rings_ != seen; }))
        return false;
    }
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable rung_;
  std::uint64_t rings_ = 0;
};

} // namespace cafka::test
