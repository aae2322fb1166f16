#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cafka::http {

/// Threads that are made as connections wait, up to a limit. Beyond some that
/// wait, whoever accepts them waits, too, so that they do not take all the
/// descriptors of the process.
class worker_threads {
public:
  static constexpr std::size_t threads_max = 32;
  static constexpr std::size_t waiting_max = 64;

  /// May wait for room; after `close` it runs `x` on the caller.
  void add(std::function<void()> x);
  /// What waits still runs. Nobody waits in `add` any more.
  void close();
  /// The same, and waits for all of it.
  void join();

private:
  void run();

  std::mutex mutex_; // guards everything below
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool closed_ = false;
};

} // namespace cafka::http
