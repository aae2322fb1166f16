#include "io/note_writer.hpp"

#include "core/thread_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace cafka::io {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct note {
  std::string text;
  time_point deadline; // for its reader
};

/// True: a write of up to PIPE_BUF bytes does not wait, but it may fail. It
/// looks once at least: a thread that comes late drops nothing that is read.
bool await_room(int fd, time_point deadline) {
  for (;;) {
    auto left = std::chrono::ceil<milliseconds>(deadline - clock::now());
    pollfd asked{fd, POLLOUT, 0};
    auto found = poll(
      &asked, 1, static_cast<int>(std::max(left, milliseconds{0}).count()));
    if (found >= 0 || errno != EINTR)
      return found != 0;
  }
}

} // namespace

struct note_writer::state {
  using lock = std::unique_lock<std::mutex>;

  state(int to, duration x) : fd(to), limit(x) {
  }
  bool is_idle() const {
    return notes.empty() && !is_writing;
  }
  void run();
  void write_next(lock& guard);
  bool write(std::string_view text, time_point deadline);

  const int fd;
  const duration limit;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<note> notes;
  std::size_t dropped = 0; // since the last that was written
  dropped_line tell_dropped = [](std::size_t count) {
    return fmt::format("{} lines were dropped: nobody took them in time",
                       count);
  };
  bool is_writing = false;
  bool ends = false;
  bool has_thread = false;
  bool torn = false; // the rest of what was written last was dropped
};

note_writer::note_writer(int fd, duration limit)
  : state_(std::make_shared<state>(fd, limit)) {
  try {
    std::thread{[x = state_] {
      core::name_this_thread("notes");
      x->run();
    }}.detach();
    state_->has_thread = true;
  } catch (const std::system_error&) {
    // There is a limit to the process's threads, which wants to be told.
  }
}

note_writer::~note_writer() {
  {
    std::lock_guard guard{state_->mutex};
    state_->ends = true;
  }
  state_->changed.notify_all();
}

void note_writer::add(std::string text) {
  auto& x = *state_;
  state::lock guard{x.mutex};
  if (x.notes.size() == lines_max) {
    x.notes.pop_front();
    ++x.dropped;
  }
  x.notes.push_back({std::move(text), clock::now() + x.limit});
  x.changed.notify_all();
  while (!x.has_thread && !x.is_writing && !x.notes.empty())
    x.write_next(guard);
}

void note_writer::on_dropped(dropped_line x) {
  std::lock_guard guard{state_->mutex};
  state_->tell_dropped = std::move(x);
}

bool note_writer::flush(milliseconds most) {
  state::lock guard{state_->mutex};
  return state_->changed.wait_for(guard, most,
                                  [this] { return state_->is_idle(); });
}

void note_writer::state::run() {
  lock guard{mutex};
  for (;;) {
    changed.wait(guard, [this] { return !notes.empty() || ends; });
    if (notes.empty())
      return;
    write_next(guard);
  }
}

void note_writer::state::write_next(lock& guard) {
  auto next = std::move(notes.front());
  notes.pop_front();
  auto told = dropped;
  auto begin = told > 0 ? tell_dropped(told) + '\n' : std::string{};
  is_writing = true;
  guard.unlock();
  auto text = (torn ? "\n" : "") + begin;
  auto done = write(text + next.text, next.deadline);
  guard.lock();
  is_writing = false;
  if (done)
    dropped -= told;
  else
    ++dropped;
  changed.notify_all();
}

/// False: it was dropped, for want of room. Where nobody can read it any more
/// it is lost, and nothing else is.
bool note_writer::state::write(std::string_view rest, time_point deadline) {
  bool begun = false;
  while (!rest.empty()) {
    if (!await_room(fd, deadline)) {
      torn = torn || begun;
      return false;
    }
    auto n = ::write(fd, rest.data(),
                     std::min<std::size_t>(rest.size(), PIPE_BUF));
    if (n > 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
      begun = true;
      deadline = std::max(deadline, clock::now() + limit);
    } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
      break;
    }
  }
  torn = false;
  return true;
}

} // namespace cafka::io
