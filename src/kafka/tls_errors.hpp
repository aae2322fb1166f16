#pragma once

#include "kafka/error.hpp"
#include "kafka/handles.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace cafka::kafka {

/// Why certificates of brokers were refused, which librdkafka's errors do not
/// say. It changes nothing in what OpenSSL accepts.
class tls_errors {
public:
  tls_errors() = default;
  tls_errors(const tls_errors&) = delete;
  tls_errors& operator=(const tls_errors&) = delete;

  /// Before the client is made of `conf`, in whose opaque `Of` finds an object
  /// of this class; it must outlive the client.
  template <tls_errors& (*Of)(void* opaque)>
  static void watch(rd_kafka_conf_t* conf) {
    if (verifies(conf))
      rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate<Of>);
  }

  /// Adds the reason to the text of a refused certificate. Any thread.
  void explain(error& x) const;

private:
  static bool verifies(const rd_kafka_conf_t* conf);
  template <tls_errors& (*Of)(void* opaque)>
  static int on_certificate(rd_kafka_t*, const char* broker, std::int32_t,
                            int* x509_error, int depth, const char*,
                            std::size_t, char* words, std::size_t words_size,
                            void* opaque) {
    return Of(opaque).look(broker, *x509_error, depth, words, words_size);
  }
  int look(const char* broker, int x509_error, int depth, char* words,
           std::size_t words_size);

  mutable std::mutex mutex_;
  std::map<std::string, std::string> refusals_; // by host:port, the last one
};

/// Says what is wrong with a certificate, for OpenSSL's code of it
/// (X509_V_ERR_…). `depth` 0 is the broker's own.
std::string certificate_refusal(int x509_error, int depth);

} // namespace cafka::kafka
