#include "io/line_writer.hpp"

#include "core/thread_name.hpp"

#include <thread>
#include <utility>

namespace cafka::io {

line_writer::line_writer(int fd) : state_(std::make_shared<state>(fd)) {
  std::thread{[x = state_] {
    core::name_this_thread("lines");
    x->run();
  }}.detach();
}

line_writer::~line_writer() {
  {
    std::lock_guard guard{state_->mutex};
    state_->ends = true;
  }
  state_->changed.notify_all();
}

line_writer::ticket line_writer::add(const std::string& lines) {
  ticket result = 0;
  {
    std::lock_guard guard{state_->mutex};
    if (state_->failure.empty())
      state_->waiting += lines;
    result = ++state_->added;
  }
  state_->changed.notify_all();
  return result;
}

bool line_writer::await(ticket last) {
  auto& x = *state_;
  std::unique_lock guard{x.mutex};
  x.changed.wait(guard,
                 [&] { return x.written >= last || !x.failure.empty(); });
  return x.written >= last;
}

bool line_writer::await_all(std::chrono::milliseconds limit) {
  auto& x = *state_;
  std::unique_lock guard{x.mutex};
  x.changed.wait_for(guard, limit, [&x, last = x.added] {
    return x.written >= last || !x.failure.empty();
  });
  return x.written >= x.added;
}

std::string line_writer::failure() const {
  std::lock_guard guard{state_->mutex};
  return state_->failure;
}

void line_writer::state::run() {
  std::unique_lock guard{mutex};
  for (;;) {
    changed.wait(guard, [this] { return written < added || ends; });
    if (written == added)
      return;
    auto lines = std::exchange(waiting, {});
    auto last = added;
    guard.unlock();
    auto failed = out.write(lines);
    guard.lock();
    failure = std::move(failed);
    if (failure.empty())
      written = last;
    changed.notify_all();
    if (!failure.empty())
      return;
  }
}

} // namespace cafka::io
