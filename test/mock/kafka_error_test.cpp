#include "kafka/error.hpp"
#include "support/catch.hpp"

#include <cstdint>

using namespace cafka;
using kafka::make_error;

namespace {

// Codes of the Kafka protocol, and librdkafka's own below zero.
struct row {
  int code;
  errc expected;
  bool retriable;
};

constexpr row table[] = {
  {-169, errc::broker_unavailable, true},   // _AUTHENTICATION, of a request
  {-181, errc::broker_unavailable, true},   // _SSL, of a request
  {58, errc::authentication, false},        // SASL_AUTHENTICATION_FAILED
  {29, errc::authorization, false},         // TOPIC_AUTHORIZATION_FAILED
  {30, errc::authorization, false},         // GROUP_AUTHORIZATION_FAILED
  {31, errc::authorization, false},         // CLUSTER_AUTHORIZATION_FAILED
  {82, errc::fenced_instance, false},       // FENCED_INSTANCE_ID
  {-195, errc::broker_unavailable, true},   // _TRANSPORT
  {-187, errc::broker_unavailable, true},   // _ALL_BROKERS_DOWN
  {14, errc::broker_unavailable, true},     // COORDINATOR_LOAD_IN_PROGRESS
  {16, errc::broker_unavailable, true},     // NOT_COORDINATOR
  {-185, errc::timed_out, true},            // _TIMED_OUT
  {7, errc::timed_out, true},               // REQUEST_TIMED_OUT
  {22, errc::stale_membership, false},      // ILLEGAL_GENERATION
  {25, errc::stale_membership, false},      // UNKNOWN_MEMBER_ID
  {-147, errc::stale_membership, false},    // _MAX_POLL_EXCEEDED
  {27, errc::rebalance_in_progress, true},  // REBALANCE_IN_PROGRESS
  {3, errc::unknown_topic, false},          // UNKNOWN_TOPIC_OR_PART
  {1, errc::offset_out_of_range, false},    // OFFSET_OUT_OF_RANGE
  {-140, errc::offset_out_of_range, false}, // _AUTO_OFFSET_RESET
  {26, errc::invalid_config, false},        // INVALID_SESSION_TIMEOUT
  {12, errc::other_client_error, false},    // OFFSET_METADATA_TOO_LARGE
};

} // namespace

TEST_CASE("every code of the client has its name and its class") {
  for (auto& x : table) {
    auto result = make_error(x.code);
    INFO(result.text);
    CHECK(result.code == x.expected);
    CHECK(result.retriable == x.retriable);
    CHECK_FALSE(result.fatal);
    CHECK(result.text.find(": ") != std::string::npos);
  }
}

TEST_CASE("code 0 is success and has no text") {
  CHECK_FALSE(make_error(0));
  CHECK(make_error(0).text.empty());
  CHECK_FALSE(kafka::take_error(nullptr));
}

TEST_CASE("the fatal code makes a fatal error, with the given words") {
  auto result = make_error(-150, "fenced by a newer one"); // _FATAL
  CHECK(result.code == errc::client_fatal);
  CHECK(result.fatal);
  CHECK(result.text == "_FATAL: fenced by a newer one");
}
