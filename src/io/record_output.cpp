#include "io/record_output.hpp"

#include "io/file_tail.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace cafka::io {

std::string record_output::write(std::string_view lines) {
  std::lock_guard guard{mutex_};
  if (!std::exchange(begun_, true))
    torn_ = is_within_line(fd_);
  // The rest of a torn line never comes: its records do, all of them.
  if (torn_)
    if (auto failure = write_all("\n"); !failure.empty())
      return failure;
  torn_ = false;
  return write_all(lines);
}

std::string record_output::write_all(std::string_view lines) {
  std::size_t written = 0;
  auto failure = write_some(lines, written);
  if (failure.empty())
    return failure;
  auto torn = lines.substr(0, written);
  torn.remove_prefix(torn.rfind('\n') + 1); // npos + 1 is 0
  if (!torn.empty())
    torn_ = !cut_back(fd_, torn);
  return failure;
}

std::string record_output::write_some(std::string_view lines,
                                      std::size_t& written) {
  while (written < lines.size()) {
    auto n = ::write(fd_, lines.data() + written, lines.size() - written);
    if (n > 0) {
      written += static_cast<std::size_t>(n);
    } else if (n < 0 && errno == EAGAIN) {
      // Somebody who shares the file made its writes not wait.
      pollfd asked{fd_, POLLOUT, 0};
      poll(&asked, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      closed_ = closed_ || errno == EPIPE;
      return std::strerror(errno);
    }
  }
  return {};
}

} // namespace cafka::io
