#pragma once

#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace cafka::test {

/// A broker on loopback that knows no mechanism of SASL.
class sasl_refusing_broker {
public:
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
  using bytes = std::string;

  // Keys and errors of Kafka's protocol.
  static constexpr char sasl_handshake = 17;
  static constexpr char api_versions = 18;
  static constexpr char unsupported_sasl_mechanism = 33;
  static constexpr char unsupported_version = 35;

  static bool receive(int client, bytes& to) {
    return recv(client, to.data(), to.size(), MSG_WAITALL)
           == static_cast<ssize_t>(to.size());
  }

  /// An error, and a list: of two requests in version 0, or of nothing.
  static bytes answer_to(char key, char version) {
    if (key == sasl_handshake)
      return {0, unsupported_sasl_mechanism, 0, 0, 0, 0};
    if (version > 0)
      return {0, unsupported_version, 0, 0, 0, 0};
    return {0, 0, 0, 0, 0, 2, 0, sasl_handshake, 0, 0, 0, 0, 0, api_versions,
            0, 0, 0, 0};
  }

  /// Answers what a client asks before it has logged in.
  static void refuse(int client) {
    for (bytes size(4, 0); receive(client, size);) {
      bytes request(static_cast<unsigned char>(size[3]), 0); // small ones
      if (!receive(client, request) || request.size() < 8)
        return;
      auto content = request.substr(4, 4) + answer_to(request[1], request[3]);
      auto whole = bytes{0, 0, 0, static_cast<char>(content.size())} + content;
      send(client, whole.data(), whole.size(), MSG_NOSIGNAL);
    }
  }

  int socket_;
  std::string endpoint_;
  std::thread thread_;
};

} // namespace cafka::test
