#pragma once

#include "support/catch.hpp"

#include <cstddef>
#include <cstring>
#include <string>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace cafka::test {

/// Where a service manager listens: a socket by a path, or an abstract one by a
/// name behind `@`.
class notify_socket {
public:
  explicit notify_socket(std::string name) : name_(std::move(name)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(name_.size() < sizeof(address.sun_path));
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (name_.starts_with('@'))
      address.sun_path[0] = '\0';
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto size = offsetof(sockaddr_un, sun_path) + name_.size();
    REQUIRE(bind(fd_, reinterpret_cast<sockaddr*>(&address),
                 static_cast<socklen_t>(size))
            == 0);
  }
  ~notify_socket() {
    close(fd_);
    if (name_.starts_with('/'))
      unlink(name_.c_str());
  }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  const std::string& name() const {
    return name_;
  }

  /// The next message; empty: none came within a minute.
  std::string next() const {
    constexpr int patience_ms = 60'000;
    pollfd asked{fd_, POLLIN, 0};
    if (poll(&asked, 1, patience_ms) != 1)
      return {};
    char buffer[4096];
    auto size = recv(fd_, buffer, sizeof(buffer), 0);
    return size > 0 ? std::string(buffer, static_cast<std::size_t>(size))
                    : std::string{};
  }
  /// The first message from now on that has `text`; empty: none came.
  std::string next_with(const std::string& text) const {
    for (;;) {
      auto x = next();
      if (x.empty() || x.find(text) != std::string::npos)
        return x;
    }
  }

private:
  std::string name_;
  int fd_ = -1;
};

} // namespace cafka::test
