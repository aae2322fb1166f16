// Logins by SCRAM with an Apache Kafka that takes them from every librdkafka:
// before 2.6.1 it sends its nonce twice, which Kafka 4 refuses.

#include "broker_support/secure_run.hpp"

using namespace cafka::test;

namespace {

const char* const cluster_name = "kafka-3.7";

} // namespace

TEST_CASE("a group logs in by SCRAM") {
  cluster kafka{cluster_name};
  secure_run{kafka, kafka.endpoints("sasl"), scram_login("sasl_plaintext")}
    .check_that_all_works();
}

TEST_CASE("a group logs in by SCRAM over TLS") {
  cluster kafka{cluster_name};
  secure_run{kafka, kafka.endpoints("sasl-tls"),
             with_ca(kafka, scram_login("sasl_ssl"))}
    .check_that_all_works();
}
