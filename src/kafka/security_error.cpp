#include "kafka/security_error.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace cafka::kafka {

namespace {

/// Of librdkafka 2.0 to 2.15, and reasons of OpenSSL 1.1 to 3. What is not
/// among them, an end of the stream in the handshake above all, may pass.
constexpr std::array<std::string_view, 18> tls_refusals{
  "certificate verify failed",
  "Failed to verify broker certificate",
  "Broker did not provide a certificate",
  "wrong version number", // the other side speaks, and not TLS
  "unsupported protocol",
  "no protocols available",
  "key too small",
  "md too weak",
  "unsafe legacy renegotiation disabled",
  // What the broker says of our certificate and of what we can.
  "alert handshake failure",
  "alert protocol version",
  "alert insufficient security",
  "alert bad certificate",
  "alert unsupported certificate",
  "alert certificate", // expired, revoked, unknown, required
  "alert unknown ca",
  "alert access denied",
  "alert decrypt error",
};

/// librdkafka passes an error of the connection on as one of the login, under
/// its own name for it.
constexpr std::string_view local_failure = ": Local: ";

/// The service that gives out tokens failed: librdkafka asks it again, and the
/// token at hand may be good for longer.
constexpr std::string_view no_token
  = "Failed to acquire SASL OAUTHBEARER token";

struct hint {
  std::string_view part; // of librdkafka's words
  int until;             // the version of librdkafka that needs it no more
  const char* text;
};

// Numbers of versions as in `rd_kafka_version()`: MM.mm.rr.xx.
constexpr int version_2_6_1 = 0x020601ff;
constexpr int never = std::numeric_limits<int>::max();

constexpr std::array hints{
  // librdkafka #4895: it sends its nonce twice, which Kafka accepted for years.
  hint{"invalid credentials with SASL mechanism SCRAM-", version_2_6_1,
       "a wrong user name or password; or this librdkafka, whose SCRAM Kafka 4 "
       "refuses: 2.6.1 or later is needed then"},
  hint{"invalid credentials", never,
       "a wrong kafka { sasl-username } or { sasl-password }"},
  hint{"Unsupported SASL mechanism", never, "see kafka { sasl-mechanisms }"},
  hint{"not valid in current SASL state", never,
       "the listener asks for no login, or for another: see kafka { "
       "security-protocol }"},
  hint{"wrong version number", never,
       "the listener speaks no TLS: see kafka { security-protocol }"},
  hint{"unexpected eof while reading", never,
       "the broker went away, or its listener speaks no TLS"},
  hint{"alert bad certificate", never,
       "the broker wants another certificate of this client, or one at all: "
       "ssl-certificate-location"},
  hint{"alert certificate required", never,
       "the broker wants a certificate of this client: "
       "ssl-certificate-location"},
};

bool holds(std::string_view words, std::string_view part) {
  return words.find(part) != std::string_view::npos;
}

} // namespace

bool refuses_tls(std::string_view words) {
  return std::any_of(tls_refusals.begin(), tls_refusals.end(),
                     [&](auto x) { return holds(words, x); });
}

bool refuses_login(std::string_view words) {
  return !words.empty() && !holds(words, local_failure)
         && !holds(words, no_token);
}

std::string security_hint(std::string_view words, int version) {
  for (auto& x : hints)
    if (version < x.until && holds(words, x.part))
      return x.text;
  return {};
}

} // namespace cafka::kafka
