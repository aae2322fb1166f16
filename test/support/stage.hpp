#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace cafka::test {

/// What threads do, and a door that they wait at.
class stage {
public:
  void note(int x) {
    std::unique_lock guard{mutex_};
    notes_.push_back(x);
    threads_.insert(std::this_thread::get_id());
    changed_.notify_all();
  }
  /// Notes `x`, then waits until the door is open.
  void wait_at_door(int x) {
    note(x);
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [this] { return open_; });
  }
  void open() {
    std::unique_lock guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  /// Until there are `n` notes; false: there never were.
  bool await(std::size_t n) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, std::chrono::seconds{20},
                             [&] { return notes_.size() >= n; });
  }
  std::vector<int> notes() {
    std::unique_lock guard{mutex_};
    return notes_;
  }
  std::size_t thread_count() {
    std::unique_lock guard{mutex_};
    return threads_.size();
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> notes_;
  std::set<std::thread::id> threads_;
  bool open_ = false;
};

} // namespace cafka::test
