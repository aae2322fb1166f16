#include "app/record_output.hpp"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace cafka::app {

std::string record_output::write(std::string_view lines) {
  std::lock_guard guard{mutex_};
  // The rest of a torn line never comes: its records do, all of them.
  auto failure = torn_ ? write_all("\n") : std::string{};
  return failure.empty() ? write_all(lines) : failure;
}

std::string record_output::write_all(std::string_view rest) {
  while (!rest.empty()) {
    auto n = ::write(fd_, rest.data(), rest.size());
    if (n > 0) {
      auto written = static_cast<std::size_t>(n);
      torn_ = rest[written - 1] != '\n';
      rest.remove_prefix(written);
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

} // namespace cafka::app
