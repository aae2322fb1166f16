#include "kafka/question_thread.hpp"

#include "core/thread_name.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace cafka::kafka {

struct question_thread::shared_state {
  std::function<void()> done;
  std::mutex mutex; // guards what follows
  std::condition_variable changed;
  std::deque<question> questions;
  std::deque<client_event> answers;
  std::function<void()> last;
  bool begun = false;
  bool asking = false;
  bool ending = false;
};

question_thread::question_thread(std::function<void()> done,
                                 core::thread_factory make_thread)
  : state_(std::make_shared<shared_state>()),
    make_thread_(std::move(make_thread)) {
  state_->done = std::move(done);
}

question_thread::~question_thread() {
  end();
}

void question_thread::begin() {
  std::lock_guard guard{state_->mutex};
  if (state_->begun)
    return;
  make_thread_([state = state_] { run(state); }).detach();
  state_->begun = true;
}

void question_thread::ask(question x) {
  begin();
  std::lock_guard guard{state_->mutex};
  if (state_->ending)
    return;
  state_->questions.push_back(std::move(x));
  state_->changed.notify_all();
}

std::optional<client_event> question_thread::take() {
  std::lock_guard guard{state_->mutex};
  if (state_->answers.empty())
    return std::nullopt;
  auto result = std::move(state_->answers.front());
  state_->answers.pop_front();
  return result;
}

void question_thread::finish(std::function<void()> last) {
  auto state = state_;
  std::lock_guard guard{state->mutex};
  state->ending = true;
  state->questions.clear();
  state->last = std::move(last);
  state->changed.notify_all();
}

bool question_thread::stop() {
  std::lock_guard guard{state_->mutex};
  state_->ending = true;
  state_->questions.clear();
  state_->changed.notify_all();
  return state_->asking;
}

void question_thread::end() {
  stop();
  std::unique_lock guard{state_->mutex};
  state_->changed.wait(guard, [this] { return !state_->asking; });
}

void question_thread::run(const std::shared_ptr<shared_state>& state) {
  core::name_this_thread("client");
  auto& s = *state;
  std::unique_lock guard{s.mutex};
  while (true) {
    s.changed.wait(guard, [&s] { return s.ending || !s.questions.empty(); });
    if (s.ending)
      break;
    auto next = std::move(s.questions.front());
    s.questions.pop_front();
    s.asking = true;
    guard.unlock();
    auto answer = next();
    next = nullptr;
    guard.lock();
    if (answer) {
      s.answers.push_back(std::move(*answer));
      guard.unlock();
      s.done();
      guard.lock();
    }
    s.asking = false;
    s.changed.notify_all();
  }
  auto last = std::exchange(s.last, nullptr);
  guard.unlock();
  if (last)
    last();
}

} // namespace cafka::kafka
