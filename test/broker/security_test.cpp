// What a config file says of TLS and logins, against the listeners of an Apache
// Kafka. SCRAM that works: test/scram.

#include "broker_support/secure_run.hpp"

#include <librdkafka/rdkafka.h>

using namespace cafka::test;

namespace {

const char* const cluster_name = "kafka-1";

/// Another name of 127.0.0.1, which no certificate holds.
std::string unnamed(const std::string& endpoint) {
  return "127.1" + endpoint.substr(endpoint.find(':'));
}

} // namespace

TEST_CASE("a group reads over TLS what produce wrote over TLS") {
  cluster kafka{cluster_name};
  secure_run{kafka, kafka.endpoints("tls"), tls(kafka)}.check_that_all_works();
}

TEST_CASE("a group shows the broker its certificate, whose key is locked") {
  cluster kafka{cluster_name};
  secure_run{kafka, kafka.endpoints("tls-mutual"), mutual_tls(kafka)}
    .check_that_all_works();
}

TEST_CASE("a certificate that is not to be trusted is refused by its reason") {
  cluster kafka{cluster_name};
  auto at = kafka.endpoints("tls");
  secure_run{kafka, at, tls(kafka, "other-ca")}.check_that_all_is_refused(
    {at, "authority that ssl-ca-location does not hold"});
  auto expired = kafka.endpoints("tls-expired");
  secure_run{kafka, expired, tls(kafka)}.check_that_all_is_refused(
    {expired, "the broker's certificate has expired"});
  secure_run{kafka, unnamed(at), tls(kafka)}.check_that_all_is_refused(
    {unnamed(at), "certificate does not hold the broker's host name"});
}

TEST_CASE("a client without a certificate where one is wanted is refused") {
  cluster kafka{cluster_name};
  auto at = kafka.endpoints("tls-mutual");
  secure_run{kafka, at, tls(kafka)}.check_that_all_is_refused(
    {at, "ssl-certificate-location"});
}

TEST_CASE("a certificate is not looked at where the settings say so") {
  cluster kafka{cluster_name};
  auto settings = tls(kafka, "other-ca");
  settings["enable-ssl-certificate-verification"] = "false";
  secure_run{kafka, kafka.endpoints("tls-expired"), settings}
    .check_that_all_works();
}

TEST_CASE("a login that is refused is named and not tried again") {
  cluster kafka{cluster_name};
  auto at = kafka.endpoints("sasl");
  secure_run{kafka, at, scram_login("sasl_plaintext", "shut-sesame")}
    .check_that_all_is_refused({at, "invalid credentials"});
  auto over_tls = kafka.endpoints("sasl-tls");
  secure_run{kafka, over_tls,
             with_ca(kafka, scram_login("sasl_ssl", "shut-sesame"))}
    .check_that_all_is_refused({over_tls, "invalid credentials"});
  auto plain = scram_login("sasl_plaintext");
  plain["sasl-mechanisms"] = "PLAIN";
  secure_run{kafka, at, plain}.check_that_all_is_refused(
    {at, "broker's supported mechanisms: SCRAM-SHA-256"});
  auto open = kafka.endpoints();
  secure_run{kafka, open, scram_login("sasl_plaintext")}
    .check_that_all_is_refused({open, "not valid in current SASL state"});
}

TEST_CASE("a librdkafka whose SCRAM the broker refuses is named") {
  cluster kafka{cluster_name};
  secure_run x{kafka, kafka.endpoints("sasl"), scram_login("sasl_plaintext")};
  if (rd_kafka_version() < 0x020601ff)
    x.check_that_all_is_refused({"2.6.1 or later is needed"});
  else
    x.check_that_all_works();
}

TEST_CASE("a listener of another protocol is told and waited for") {
  cluster kafka{cluster_name};
  for (auto* listener : {"tls", "sasl"})
    secure_run{kafka, kafka.endpoints(listener), {}}.check_that_it_waits(
      rd_kafka_version() < 0x020100ff ? "security.protocol"
                                      : "_ALL_BROKERS_DOWN");
  for (auto* listener : {"bootstrap", "sasl"})
    secure_run{kafka, kafka.endpoints(listener), tls(kafka)}
      .check_that_it_waits("SSL handshake failed: ");
}

TEST_CASE("no debug log of the program shows a secret") {
  cluster kafka{cluster_name};
  auto settings = mutual_tls(kafka);
  settings["debug"] = "all";
  secure_run{kafka, kafka.endpoints("tls-mutual"), settings}
    .check_that_all_works();
  auto login = scram_login("sasl_plaintext", "shut-sesame");
  login["debug"] = "all";
  secure_run{kafka, kafka.endpoints("sasl"), login}.check_that_all_is_refused(
    {"invalid credentials"});
}
