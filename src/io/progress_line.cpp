#include "io/progress_line.hpp"

#include <fmt/format.h>

#include <utility>

#include <unistd.h>

namespace cafka::io {

namespace {

using namespace std::chrono_literals;

constexpr auto terminal_interval = 200ms;

} // namespace

progress_line::progress_line(int fd, sink to, duration interval,
                             time_point start)
  : to_(std::move(to)),
    terminal_(isatty(fd) == 1),
    interval_(terminal_ ? terminal_interval : interval),
    last_(start) {
}

bool progress_line::due(time_point now) const {
  std::lock_guard guard{mutex_};
  return now - last_ >= interval_;
}

void progress_line::show(time_point now, std::string_view text) {
  std::lock_guard guard{mutex_};
  // \033[K: erase to the end of the line (ECMA-48).
  to_(terminal_ ? fmt::format("\r{}\033[K", text) : fmt::format("{}\n", text));
  dirty_ = terminal_;
  last_ = now;
}

void progress_line::note(std::string_view text) {
  std::lock_guard guard{mutex_};
  auto clear = std::exchange(dirty_, false) ? "\r\033[K" : "";
  to_(fmt::format("{}{}\n", clear, text));
}

void progress_line::end() {
  std::lock_guard guard{mutex_};
  if (std::exchange(dirty_, false))
    to_("\n");
}

} // namespace cafka::io
