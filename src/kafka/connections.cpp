#include "kafka/connections.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace cafka::kafka {

void connections::watch(rd_kafka_conf_t* conf) {
  tls_errors::watch(conf);
  rd_kafka_conf_set_socket_cb(conf, on_socket);
  rd_kafka_conf_set_connect_cb(conf, on_connect);
  rd_kafka_conf_set_closesocket_cb(conf, on_close);
}

void connections::cut() {
  std::lock_guard guard{mutex_};
  cut_ = true;
  for (auto x : sockets_)
    shutdown(x, SHUT_RDWR);
}

// The opaque of a client is its tls_errors.
connections& connections::self_of(void* opaque) {
  return static_cast<connections&>(*static_cast<tls_errors*>(opaque));
}

int connections::on_socket(int domain, int type, int protocol, void* opaque) {
  auto& self = self_of(opaque);
  auto result = socket(domain, type | SOCK_CLOEXEC, protocol);
  std::lock_guard guard{self.mutex_};
  if (result != -1)
    self.sockets_.insert(result);
  return result;
}

// librdkafka has made the socket non-blocking. 0 or an errno.
int connections::on_connect(int socket, const sockaddr* to, int size,
                            const char*, void* opaque) {
  auto& self = self_of(opaque);
  std::lock_guard guard{self.mutex_};
  if (self.cut_)
    return ECONNABORTED;
  auto begun = connect(socket, to, static_cast<socklen_t>(size));
  return begun == 0 || errno == EINPROGRESS ? 0 : errno;
}

// Under the lock, so that `cut` never meets another file of the same number.
int connections::on_close(int socket, void* opaque) {
  auto& self = self_of(opaque);
  std::lock_guard guard{self.mutex_};
  self.sockets_.erase(socket);
  return close(socket);
}

} // namespace cafka::kafka
