#include "app/progress_line.hpp"

#include <fmt/format.h>

#include <unistd.h>

namespace cafka::app {

namespace {

using namespace std::chrono_literals;

constexpr auto terminal_interval = 200ms;

} // namespace

progress_line::progress_line(std::FILE* to, duration interval, time_point start)
  : to_(to),
    terminal_(isatty(fileno(to)) == 1),
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
  if (terminal_)
    fmt::print(to_, "\r{}\033[K", text);
  else
    fmt::print(to_, "{}\n", text);
  std::fflush(to_);
  dirty_ = terminal_;
  last_ = now;
}

void progress_line::note(std::string_view text) {
  std::lock_guard guard{mutex_};
  if (std::exchange(dirty_, false))
    fmt::print(to_, "\r\033[K");
  fmt::print(to_, "{}\n", text);
  std::fflush(to_);
}

void progress_line::end() {
  std::lock_guard guard{mutex_};
  if (std::exchange(dirty_, false))
    fmt::print(to_, "\n");
}

} // namespace cafka::app
