#include "api/default_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <mutex>
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

} // namespace

void write_default_log(std::string line) {
  static std::mutex mutex; // guards what follows
  static std::size_t dropped = 0;
  std::lock_guard guard{mutex};
  if (dropped > 0
      && write_line(
        fmt::format("{} lines were dropped, for nobody read them", dropped)))
    dropped = 0;
  if (dropped > 0 || !write_line(std::move(line)))
    ++dropped;
}

} // namespace cafka
