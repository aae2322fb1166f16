#include "kafka/connections.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace cafka::kafka {

void connections::cut() {
  std::lock_guard guard{mutex_};
  cut_ = true;
  for (auto x : sockets_)
    shutdown(x, SHUT_RDWR);
}

int connections::open(int domain, int type, int protocol) {
  auto result = socket(domain, type | SOCK_CLOEXEC, protocol);
  std::lock_guard guard{mutex_};
  if (result != -1)
    sockets_.insert(result);
  return result;
}

// librdkafka has made the socket non-blocking.
int connections::connect(int socket, const sockaddr* to, int size) {
  std::lock_guard guard{mutex_};
  if (cut_)
    return ECONNABORTED;
  auto begun = ::connect(socket, to, static_cast<socklen_t>(size));
  return begun == 0 || errno == EINPROGRESS ? 0 : errno;
}

// Under the lock, so that `cut` never meets another file of the same number.
int connections::close(int socket) {
  std::lock_guard guard{mutex_};
  sockets_.erase(socket);
  return ::close(socket);
}

} // namespace cafka::kafka
