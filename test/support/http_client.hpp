#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::test {

/// One connection to a server on 127.0.0.1, byte by byte as the test wants it.
class http_connection {
public:
  explicit http_connection(int port) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("nobody listens");
  }
  ~http_connection() {
    close(fd_);
  }
  http_connection(const http_connection&) = delete;
  http_connection& operator=(const http_connection&) = delete;

  /// As much of it as the other side takes.
  void send(std::string_view x) {
    while (!x.empty()) {
      auto n = ::send(fd_, x.data(), x.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return;
      x.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  /// Reads until `text` has come; false: the other side closed, or nothing came
  /// for too long.
  bool await(std::string_view text) {
    while (got_.find(text) == got_.npos)
      if (!read_some())
        return false;
    return true;
  }
  /// Whether the other side closes within this time; what it says is dropped.
  bool is_closed(std::chrono::milliseconds within) {
    pollfd asked{fd_, POLLIN, 0};
    if (poll(&asked, 1, static_cast<int>(within.count())) <= 0)
      return false;
    char ignored[4'096];
    return recv(fd_, ignored, sizeof ignored, 0) <= 0;
  }
  /// All until the other side closes.
  const std::string& read_all() {
    while (read_some()) {
      // nop
    }
    return got_;
  }
  const std::string& got() const {
    return got_;
  }

private:
  bool read_some() {
    constexpr int limit_ms = 30'000;
    pollfd asked{fd_, POLLIN, 0};
    if (poll(&asked, 1, limit_ms) <= 0)
      return false;
    char buffer[4'096];
    auto n = recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0)
      return false;
    got_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  std::string got_;
};

/// An answer.
struct http_answer {
  int status = 0; ///< 0: none came
  std::string head;
  std::string body;
};

inline http_answer parse_answer(const std::string& x) {
  http_answer result;
  if (x.size() > 12 && x.starts_with("HTTP/1.1 "))
    result.status = std::stoi(x.substr(9, 3));
  auto end = x.find("\r\n\r\n");
  result.head = x.substr(0, end);
  if (end != x.npos)
    result.body = x.substr(end + 4);
  return result;
}

/// Sends this head, each line with its end, and `body` behind it.
inline http_answer ask_http(int port, const std::string& head,
                            const std::string& body = {}) {
  http_connection x{port};
  x.send(head + "\r\n" + body);
  return parse_answer(x.read_all());
}

inline http_answer get(int port, const std::string& path,
                       const std::string& more = {}) {
  return ask_http(port, "GET " + path
                          + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                            "Connection: close\r\n"
                          + more);
}

/// Asks again and again, each time for what is so then.
inline bool await_answer(int port, const std::string& path, int status,
                         const std::string& text = {}) {
  constexpr int pause_ms = 10;
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (std::chrono::steady_clock::now() < until) {
    auto x = get(port, path);
    if (x.status == status && x.body.find(text) != std::string::npos)
      return true;
    poll(nullptr, 0, pause_ms);
  }
  return false;
}

} // namespace cafka::test
