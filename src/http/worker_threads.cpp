#include "http/worker_threads.hpp"

#include <utility>

namespace cafka::http {

void worker_threads::add(std::function<void()> x) {
  std::unique_lock guard{mutex_};
  changed_.wait(guard,
                [this] { return closed_ || waiting_.size() < waiting_max; });
  if (closed_) {
    guard.unlock();
    x();
    return;
  }
  waiting_.push_back(std::move(x));
  if (waiting_.size() > idle_ && threads_.size() < threads_max)
    threads_.emplace_back([this] { run(); });
  changed_.notify_all();
}

void worker_threads::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    ++idle_;
    changed_.wait(guard, [this] { return closed_ || !waiting_.empty(); });
    --idle_;
    if (waiting_.empty())
      return;
    auto x = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    guard.unlock();
    x();
    x = nullptr;
    guard.lock();
  }
}

void worker_threads::close() {
  std::lock_guard guard{mutex_};
  closed_ = true;
  changed_.notify_all();
}

void worker_threads::join() {
  close();
  std::vector<std::thread> threads;
  {
    std::lock_guard guard{mutex_};
    threads.swap(threads_);
  }
  for (auto& x : threads)
    x.join();
}

} // namespace cafka::http
