#include "kafka/question_thread.hpp"

#include <utility>

namespace cafka::kafka {

question_thread::question_thread(std::function<void()> done)
  : done_(std::move(done)) {
}

question_thread::~question_thread() {
  end();
}

void question_thread::ask(question x) {
  std::lock_guard guard{mutex_};
  questions_.push_back(std::move(x));
  changed_.notify_one();
  if (!thread_.joinable())
    thread_ = std::thread{[this] { run(); }};
}

std::optional<consumer_event> question_thread::take() {
  std::lock_guard guard{mutex_};
  if (answers_.empty())
    return std::nullopt;
  auto result = std::move(answers_.front());
  answers_.pop_front();
  return result;
}

void question_thread::end() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable())
    thread_.join();
}

void question_thread::run() {
  for (std::unique_lock guard{mutex_};;) {
    changed_.wait(guard, [this] { return ending_ || !questions_.empty(); });
    if (ending_)
      return;
    auto next = std::move(questions_.front());
    questions_.pop_front();
    guard.unlock();
    auto answer = next();
    guard.lock();
    if (!answer)
      continue;
    answers_.push_back(std::move(*answer));
    guard.unlock();
    done_();
    guard.lock();
  }
}

} // namespace cafka::kafka
