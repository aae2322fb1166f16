#include "kafka/error.hpp"
#include "kafka/security_error.hpp"
#include "kafka/tls_errors.hpp"
#include "support/catch.hpp"

#include <string>

using namespace cafka;

namespace {

constexpr int no_tls = -181;    // _SSL
constexpr int no_login = -169;  // _AUTHENTICATION
constexpr int transport = -195; // _TRANSPORT

struct row {
  int code;
  const char* words;
};

// As librdkafka 2.0.2 and 2.15.0 with OpenSSL 3.0 wrote them about Apache Kafka
// 4.1, but for what is marked, which is from their sources.
constexpr row refusals[] = {
  {no_tls, "ssl://127.0.0.1:1/bootstrap: SSL handshake failed: "
           "error:0A000086:SSL routines::certificate verify failed: broker "
           "certificate could not be verified, verify that ssl.ca.location is "
           "correctly configured or root CA certificates are installed "
           "(install ca-certificates package) (after 2ms in state "
           "SSL_HANDSHAKE)"},
  {transport, "ssl://127.1:1/bootstrap: ../ssl/statem/statem_clnt.c:1889:"
              "tls_post_process_server_certificate error:0A000086:SSL "
              "routines::certificate verify failed (after 18ms in state "
              "SSL_HANDSHAKE)"},
  {transport, "ssl://127.0.0.1:1/bootstrap: Receive failed: error:0A000412:"
              "SSL routines::sslv3 alert bad certificate: SSL alert number 42 "
              "(after 1ms in state APIVERSION_QUERY)"},
  {no_tls, "Broker did not provide a certificate"}, // from the sources
  {no_tls, "Failed to verify broker certificate: certificate has expired"},
  {no_tls, "SSL handshake failed: error:0A000102:SSL routines::unsupported "
           "protocol"},
  {no_tls, "SSL handshake failed: error:0A00010B:SSL routines::wrong version "
           "number"},
  {no_tls, "SSL handshake failed: error:0A000410:SSL routines::sslv3 alert "
           "handshake failure: SSL alert number 40"},
  {no_login, "sasl_plaintext://127.0.0.1:1/bootstrap: SASL authentication "
             "error: Authentication failed during authentication due to "
             "invalid credentials with SASL mechanism SCRAM-SHA-256 (after "
             "317ms in state AUTH_REQ)"},
  {no_login, "sasl_plaintext://127.0.0.1:1/bootstrap: SASL PLAIN mechanism "
             "handshake failed: Broker: Unsupported SASL mechanism: broker's "
             "supported mechanisms: SCRAM-SHA-256 (after 467ms in state "
             "AUTH_HANDSHAKE)"},
  {no_login, "sasl_plaintext://127.0.0.1:1/bootstrap: SASL SCRAM-SHA-256 "
             "mechanism handshake failed: Broker: Request not valid in current "
             "SASL state: broker's supported mechanisms:  (after 2ms in state "
             "AUTH_HANDSHAKE)"},
};

constexpr row failures[] = {
  {no_tls, "ssl://127.0.0.1:1/bootstrap: SSL handshake failed: "
           "../ssl/record/rec_layer_s3.c:318:ssl3_read_n error:0A000126:SSL "
           "routines::unexpected eof while reading (after 1ms in state "
           "SSL_HANDSHAKE)"},
  {transport, "ssl://127.0.0.1:1/bootstrap: SSL handshake failed: "
              "Disconnected: SSL connection closed by peer: connecting to a "
              "PLAINTEXT broker listener? (after 1ms in state SSL_HANDSHAKE)"},
  {transport, "127.0.0.1:1/bootstrap: Disconnected while requesting "
              "ApiVersion: might be caused by incorrect security.protocol "
              "configuration (connecting to a SSL listener?) or broker version "
              "is < 0.10 (see api.version.request) (after 1ms in state "
              "APIVERSION_QUERY)"},
  {no_tls, "SSL handshake failed: SSL transport error: Connection timed out"},
  {no_tls, "SSL handshake failed: No further error information available"},
  // From the sources: a broker that goes away while it is asked.
  {no_login, "sasl_ssl://127.0.0.1:1/1: SASL SCRAM-SHA-256 mechanism handshake "
             "failed: Local: Broker transport failure: broker's supported "
             "mechanisms:  (after 2ms in state AUTH_HANDSHAKE)"},
  {no_login, "sasl_ssl://127.0.0.1:1/1: SASL SCRAM-SHA-256 mechanism handshake "
             "failed: Local: Timed out: broker's supported mechanisms: "},
  {no_login, "Failed to acquire SASL OAUTHBEARER token: timed out"},
};

} // namespace

TEST_CASE("a certificate or a login that is refused is permanent") {
  for (auto& x : refusals) {
    INFO(x.words);
    auto result = kafka::error_of_code(x.code, x.words);
    CHECK(result.code == errc::authentication);
    CHECK(is_permanent(result.code));
    CHECK_FALSE(result.retriable);
  }
}

TEST_CASE("a connection that broke off in the handshake is tried again") {
  for (auto& x : failures) {
    INFO(x.words);
    auto result = kafka::error_of_code(x.code, x.words);
    CHECK(result.code == errc::broker_unavailable);
    CHECK_FALSE(is_permanent(result.code));
    CHECK(result.retriable);
  }
}

TEST_CASE("an old librdkafka's SCRAM is a hint, a new one's is none") {
  auto words = "invalid credentials with SASL mechanism SCRAM-SHA-512";
  CHECK(kafka::security_hint(words, 0x020600ff).find("2.6.1")
        != std::string::npos);
  CHECK(kafka::security_hint(words, 0x020601ff).find("2.6.1")
        == std::string::npos);
  CHECK(kafka::security_hint("Connection refused", 0x020000ff).empty());
}

TEST_CASE("what is wrong with a certificate is named, and whose it is") {
  CHECK(kafka::certificate_refusal(10, 0)
        == "the broker's certificate has expired");
  CHECK(kafka::certificate_refusal(10, 1)
        == "a certificate above the broker's has expired");
  CHECK(kafka::certificate_refusal(77, 0)
        == "the broker's certificate is refused by OpenSSL (X.509 error 77)");
}
