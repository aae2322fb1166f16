#include "kafka/callbacks.hpp"

namespace cafka::kafka {

namespace {

callbacks& self_of(void* opaque) {
  return *static_cast<callbacks*>(opaque);
}

tls_errors& tls_of(void* opaque) {
  return self_of(opaque).tls;
}

// Without a client it is about a configuration, whose errors we are given.
void on_log(const rd_kafka_t* client, int level, const char* facility,
            const char* text) {
  if (client != nullptr)
    self_of(rd_kafka_opaque(client)).log.add(level, facility, text);
}

int on_socket(int domain, int type, int protocol, void* opaque) {
  return self_of(opaque).sockets.open(domain, type, protocol);
}

int on_connect(int socket, const sockaddr* to, int size, const char*,
               void* opaque) {
  return self_of(opaque).sockets.connect(socket, to, size);
}

int on_close(int socket, void* opaque) {
  return self_of(opaque).sockets.close(socket);
}

} // namespace

void callbacks::watch(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  tls_errors::watch<tls_of>(conf);
  rd_kafka_conf_set_log_cb(conf, on_log);
  rd_kafka_conf_set_socket_cb(conf, on_socket);
  rd_kafka_conf_set_connect_cb(conf, on_connect);
  rd_kafka_conf_set_closesocket_cb(conf, on_close);
}

} // namespace cafka::kafka
