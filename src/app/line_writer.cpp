#include "app/line_writer.hpp"

#include <utility>

namespace cafka::app {

line_writer::line_writer(int fd) : out_(fd), thread_([this] { run(); }) {
}

line_writer::~line_writer() {
  {
    std::lock_guard guard{mutex_};
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

line_writer::ticket line_writer::add(const std::string& lines) {
  ticket result = 0;
  {
    std::lock_guard guard{mutex_};
    if (failure_.empty())
      waiting_ += lines;
    result = ++added_;
  }
  changed_.notify_all();
  return result;
}

bool line_writer::await(ticket x) {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [&] { return written_ >= x || !failure_.empty(); });
  return written_ >= x;
}

bool line_writer::await_all(std::chrono::milliseconds limit) {
  std::unique_lock guard{mutex_};
  changed_.wait_for(guard, limit, [this, x = added_] {
    return written_ >= x || !failure_.empty();
  });
  return written_ >= added_;
}

std::string line_writer::failure() const {
  std::lock_guard guard{mutex_};
  return failure_;
}

void line_writer::run() {
  std::unique_lock guard{mutex_};
  for (;;) {
    changed_.wait(guard, [this] { return written_ < added_ || ends_; });
    if (written_ == added_)
      return;
    auto lines = std::exchange(waiting_, {});
    auto last = added_;
    guard.unlock();
    auto failure = out_.write(lines);
    guard.lock();
    failure_ = std::move(failure);
    if (failure_.empty())
      written_ = last;
    changed_.notify_all();
    if (!failure_.empty())
      return;
  }
}

} // namespace cafka::app
