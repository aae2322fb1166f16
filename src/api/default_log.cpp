#include "api/default_log.hpp"

#include "api/wall_clock.hpp"

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace cafka {

namespace {

/// A pipe that is ready to be written to takes so many bytes without a wait.
constexpr std::size_t line_bytes_max = PIPE_BUF;

bool is_ready() {
  pollfd asked{STDERR_FILENO, POLLOUT, 0};
  return poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
}

/// In one piece, so that lines of other threads and processes stay whole.
bool write_line(std::string line) {
  if (!is_ready())
    return false;
  line.resize(std::min(line.size(), line_bytes_max - 1));
  line += '\n';
  return ::write(STDERR_FILENO, line.data(), line.size()) >= 0;
}

std::string logfmt(const core::log_line& x) {
  return core::to_text(x, wall_clock_ms(), core::log_format::logfmt);
}

} // namespace

void write_default_log(const core::log_line& x) {
  static std::mutex mutex; // guards what follows
  static std::int64_t dropped = 0;
  std::lock_guard guard{mutex};
  if (dropped > 0
      && write_line(logfmt({.level = core::log_level::warning,
                            .event = "lines_dropped",
                            .fields = {{"count", dropped}},
                            .text = "nobody read them"})))
    dropped = 0;
  if (dropped > 0 || !write_line(logfmt(x)))
    ++dropped;
}

} // namespace cafka
