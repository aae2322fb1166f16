#include "kafka/error.hpp"
#include "support/catch.hpp"

#include <cstdint>

using namespace cafka;
using kafka::error_of_code;

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
    auto result = error_of_code(x.code);
    INFO(result.text);
    CHECK(result.code == x.expected);
    CHECK(result.retriable == x.retriable);
    CHECK_FALSE(result.fatal);
    CHECK(result.text.find(": ") != std::string::npos);
  }
}

TEST_CASE("an error that a setting mends names it") {
  constexpr std::pair<int, const char*> hints[] = {
    {23, "assignment-strategy"}, // INCONSISTENT_GROUP_PROTOCOL
    {24, "see group"},           // INVALID_GROUP_ID
    {26, "session-timeout-ms"},  // INVALID_SESSION_TIMEOUT
    {29, "READ on the topic"},   // TOPIC_AUTHORIZATION_FAILED
    {30, "READ on the group"},   // GROUP_AUTHORIZATION_FAILED
    {31, "IDEMPOTENT_WRITE"},    // CLUSTER_AUTHORIZATION_FAILED
    {33, "sasl-mechanisms"},     // UNSUPPORTED_SASL_MECHANISM
    {34, "security-protocol"},   // ILLEGAL_SASL_STATE
    {58, "sasl-password"},       // SASL_AUTHENTICATION_FAILED
    {81, "group.max.size"},      // GROUP_MAX_SIZE_REACHED
    {82, "group-instance-id"},   // FENCED_INSTANCE_ID
    {-193, "endpoints"},         // _RESOLVE
    {-147, "max-poll-interval"}, // _MAX_POLL_EXCEEDED
    {-198, "receive-message"},   // _BAD_COMPRESSION
    {10, "max.message.bytes"},   // MSG_SIZE_TOO_LARGE
  };
  for (auto& [code, name] : hints) {
    auto result = error_of_code(code, "words of librdkafka");
    INFO(result.text);
    CHECK(result.text.find(": words of librdkafka: ") != std::string::npos);
    CHECK(result.text.find(name) != std::string::npos);
  }
  CHECK(error_of_code(16, "words").text == "NOT_COORDINATOR: words");
}

TEST_CASE("an answer of another protocol is named and waited for") {
  // The first bytes of an answer, as librdkafka tells them.
  constexpr std::pair<std::int32_t, const char*> answers[] = {
    {0x48545450, "no Kafka broker, for it begins with \"HTTP\": see endpoints"},
    {0x5353482d, "no Kafka broker, for it begins with \"SSH-\": see endpoints"},
    {0x2d455252, "no Kafka broker, for it begins with \"-ERR\": see endpoints"},
    {0x15030300, "speaks TLS: see security-protocol"},
    {0x16030100, "speaks TLS: see security-protocol"},
  };
  auto words_of = [](std::int32_t size) {
    return "127.0.0.1:80/bootstrap: Receive failed: Invalid response size "
           + std::to_string(size)
           + " (0..100000000): increase receive.message.max.bytes (after 1ms "
             "in state APIVERSION_QUERY)";
  };
  constexpr int bad_msg = -199;
  for (auto& [size, what] : answers) {
    auto result = error_of_code(bad_msg, words_of(size));
    INFO(result.text);
    CHECK(result.text.find("): what answers there ") != std::string::npos);
    CHECK(result.text.find(what) != std::string::npos);
    CHECK(result.text.find("increase") == std::string::npos);
    CHECK(result.code == errc::broker_unavailable);
    CHECK(result.retriable);
  }
  for (auto size : {200'000'000, -1, 3}) {
    auto result = error_of_code(bad_msg, words_of(size));
    INFO(result.text);
    CHECK(result.text.find("kafka { receive-message-max-bytes } allows no more")
          != std::string::npos);
    CHECK(result.code == errc::other_client_error);
  }
}

TEST_CASE("code 0 is success and has no text") {
  CHECK_FALSE(error_of_code(0));
  CHECK(error_of_code(0).text.empty());
  CHECK_FALSE(kafka::take_error(nullptr));
}

TEST_CASE("the fatal code makes a fatal error, with the given words") {
  auto result = error_of_code(-150, "fenced by a newer one"); // _FATAL
  CHECK(result.code == errc::client_fatal);
  CHECK(result.fatal);
  CHECK(result.text == "_FATAL: fenced by a newer one");
}
