#pragma once

#include "kafka/tls_errors.hpp"

#include <mutex>
#include <set>

struct sockaddr; // <sys/socket.h>

namespace cafka::kafka {

/// The sockets of one client. librdkafka keeps a commit that it cannot send and
/// sends it when a coordinator is there again, also while the client is being
/// destroyed; only a client without connections cannot.
class connections : public tls_errors {
public:
  /// Before the client is made of `conf`; this must outlive it. Takes the
  /// configuration's opaque.
  void watch(rd_kafka_conf_t* conf);

  /// Shuts all connections; no other is made. Any thread; does not block.
  void cut();

protected:
  static connections& self_of(void* opaque);

private:
  static int on_socket(int domain, int type, int protocol, void* opaque);
  static int on_connect(int socket, const sockaddr* to, int size,
                        const char* broker, void* opaque);
  static int on_close(int socket, void* opaque);

  std::mutex mutex_; // guards what follows
  std::set<int> sockets_;
  bool cut_ = false;
};

} // namespace cafka::kafka
