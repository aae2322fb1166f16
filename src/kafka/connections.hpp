#pragma once

#include <mutex>
#include <set>

struct sockaddr; // <sys/socket.h>

namespace cafka::kafka {

/// The sockets of one client. librdkafka keeps a commit that it cannot send and
/// sends it when a coordinator is there again, also while the client is being
/// destroyed; only a client without connections cannot.
class connections {
public:
  // -- called by librdkafka: see its socket_cb, connect_cb and closesocket_cb

  int open(int domain, int type, int protocol);
  /// 0, also where it goes on, or an errno.
  int connect(int socket, const sockaddr* to, int size);
  int close(int socket);

  /// Shuts all connections; no other is made. Any thread; does not block.
  void cut();

private:
  std::mutex mutex_; // guards what follows
  std::set<int> sockets_;
  bool cut_ = false;
};

} // namespace cafka::kafka
