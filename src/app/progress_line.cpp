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
  write(terminal_ ? fmt::format("\r{}\033[K", text)
                  : fmt::format("{}\n", text));
  dirty_ = terminal_;
  last_ = now;
}

void progress_line::note(std::string_view text) {
  std::lock_guard guard{mutex_};
  auto clear = std::exchange(dirty_, false) ? "\r\033[K" : "";
  write(fmt::format("{}{}\n", clear, text));
}

void progress_line::end() {
  std::lock_guard guard{mutex_};
  if (std::exchange(dirty_, false))
    write("\n");
}

// In one piece. That nobody reads it any more is no reason to end.
void progress_line::write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to_);
  std::fflush(to_);
}

} // namespace cafka::app
