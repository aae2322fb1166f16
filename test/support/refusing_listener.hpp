#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::test {

/// An address on loopback where every connection is ended at once, and counted;
/// with an `answer`, when that was given to the first bytes that came.
class refusing_listener {
public:
  explicit refusing_listener(std::string answer = {})
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      answer_(std::move(answer)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* any = reinterpret_cast<sockaddr*>(&at);
    if (bind(socket_, any, size) != 0 || listen(socket_, SOMAXCONN) != 0
        || getsockname(socket_, any, &size) != 0)
      throw std::runtime_error("no listener on loopback");
    endpoint_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread{[this] { refuse(); }};
  }
  ~refusing_listener() {
    shutdown(socket_, SHUT_RDWR); // ends accept
    thread_.join();
    close(socket_);
  }
  refusing_listener(const refusing_listener&) = delete;
  refusing_listener& operator=(const refusing_listener&) = delete;

  const std::string& endpoint() const noexcept {
    return endpoint_;
  }
  /// False: there were fewer in half a minute.
  bool await_attempts(int n) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, std::chrono::seconds{30},
                             [&] { return attempts_ >= n; });
  }

private:
  void refuse() {
    for (int x; (x = accept(socket_, nullptr, nullptr)) >= 0; close(x)) {
      answer(x);
      std::lock_guard guard{mutex_};
      ++attempts_;
      changed_.notify_all();
    }
  }
  /// Reads all until the other side goes: what is unread would break off the
  /// connection before it has read the answer.
  void answer(int client) {
    if (answer_.empty())
      return;
    std::array<char, 512> page{};
    if (recv(client, page.data(), page.size(), 0) <= 0)
      return;
    send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    shutdown(client, SHUT_WR);
    while (recv(client, page.data(), page.size(), 0) > 0)
      ;
  }

  int socket_;
  std::string answer_;
  std::string endpoint_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int attempts_ = 0;
  std::thread thread_;
};

} // namespace cafka::test
