#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::test {

/// A broker on loopback that knows no mechanism of SASL, for clients with
/// `unasked`.
class sasl_refusing_broker {
public:
  /// A client of these properties begins with the SASL handshake.
  static constexpr std::array unasked{"api.version.request=false",
                                      "broker.version.fallback=0.10.0"};

  sasl_refusing_broker()
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    auto* any = reinterpret_cast<sockaddr*>(&at);
    if (bind(socket_, any, size) != 0 || listen(socket_, SOMAXCONN) != 0
        || getsockname(socket_, any, &size) != 0)
      throw std::runtime_error("no listener on loopback");
    endpoint_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread{[this] {
      for (int x; (x = accept(socket_, nullptr, nullptr)) >= 0; close(x))
        refuse(x);
    }};
  }
  ~sasl_refusing_broker() {
    shutdown(socket_, SHUT_RDWR); // ends accept
    thread_.join();
    close(socket_);
  }
  sasl_refusing_broker(const sasl_refusing_broker&) = delete;
  sasl_refusing_broker& operator=(const sasl_refusing_broker&) = delete;

  const std::string& endpoint() const noexcept {
    return endpoint_;
  }

private:
  /// Answers one SaslHandshakeRequest (v0), as in Kafka's protocol guide.
  static void refuse(int client) {
    std::array<char, 12> header{}; // size, key, version, correlation id
    if (recv(client, header.data(), header.size(), MSG_WAITALL)
        != static_cast<ssize_t>(header.size()))
      return;
    std::array<char, 14> answer{}; // size, correlation id, error, no mechanisms
    answer[3] = answer.size() - 4;
    std::memcpy(answer.data() + 4, header.data() + 8, 4);
    answer[9] = 33; // UNSUPPORTED_SASL_MECHANISM
    send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    recv(client, header.data(), header.size(), 0); // until it goes
  }

  int socket_;
  std::string endpoint_;
  std::thread thread_;
};

} // namespace cafka::test
