#include "kafka/consumer.hpp"
#include "kafka/producer.hpp"
#include "kafka/property_check.hpp"
#include "support/catch.hpp"

using namespace cafka;
using kafka::properties;

namespace {

const properties minimal{{"bootstrap.servers", "127.0.0.1:1"},
                         {"group.id", "orders"}};

kafka::error failure_of(properties props) {
  props.merge(properties{minimal});
  auto x = kafka::consumer::open(props, [] {});
  return x ? kafka::error{} : x.failure();
}

bool names(const kafka::error& x, const std::string& word) {
  return x.text.find(word) != std::string::npos;
}

} // namespace

TEST_CASE("the minimal properties open a client, which can be dropped") {
  CHECK_FALSE(failure_of({}));
}

TEST_CASE("a missing required property is named") {
  for (std::string name : {"bootstrap.servers", "group.id"}) {
    auto props = minimal;
    props.erase(name);
    auto x = kafka::consumer::open(props, [] {});
    REQUIRE_FALSE(x);
    CHECK(x.failure().code == errc::invalid_config);
    CHECK(names(x.failure(), name));
  }
}

TEST_CASE("an unknown or refused property is named with its value") {
  auto unknown = failure_of({{"no.such.property", "17"}});
  CHECK(unknown.code == errc::invalid_config);
  CHECK(names(unknown, "no.such.property"));
  CHECK(names(unknown, "'17'"));
  auto refused = failure_of({{"session.timeout.ms", "soon"}});
  CHECK(refused.code == errc::invalid_config);
  CHECK(names(refused, "session.timeout.ms"));
  CHECK(names(refused, "'soon'"));
}

TEST_CASE("properties that cannot stand together are refused with words") {
  auto x = failure_of(
    {{"session.timeout.ms", "10000"}, {"max.poll.interval.ms", "6000"}});
  CHECK(x.code == errc::invalid_config);
  CHECK(names(x, "max.poll.interval.ms"));
}

TEST_CASE("a property that cafka owns is refused with the reason") {
  auto x = failure_of({{"enable.auto.commit", "true"}});
  CHECK(x.code == errc::invalid_config);
  CHECK(names(x, "enable.auto.commit"));
  CHECK(names(x, "cafka commits what is acked"));
}

TEST_CASE("no error shows the value of a secret") {
  for (std::string name : {"sasl.pasword", "sasl.password.x", "client.secret.x",
                           "sasl.oauthbearer.x", "ssl.key.pem.x"}) {
    auto x = failure_of({{name, "hunter2"}});
    CHECK(x.code == errc::invalid_config);
    CHECK(names(x, name));
    CHECK(names(x, "hunter2") == (name == "sasl.pasword"));
  }
  // librdkafka's own words quote a refused value.
  auto method = failure_of({{"sasl.oauthbearer.method", "hunter2"}});
  CHECK(names(method, "sasl.oauthbearer.method"));
  CHECK_FALSE(names(method, "hunter2"));
}

TEST_CASE("a producer names the property that it refuses") {
  auto x = kafka::producer::open(
    {{"bootstrap.servers", "127.0.0.1:1"}, {"acks", "perhaps"}}, {});
  REQUIRE_FALSE(x);
  CHECK(x.failure().code == errc::invalid_config);
  CHECK(names(x.failure(), "acks"));
}

TEST_CASE("what a client would be refused for as a whole is known without one "
          "and without a broker") {
  kafka::properties fine{{"group.id", "g"}};
  CHECK(kafka::consumer_refusal(fine).empty());
  auto apart = fine;
  apart["session.timeout.ms"] = "400000"; // above max.poll.interval.ms
  CHECK(kafka::consumer_refusal(apart).find("max.poll.interval.ms")
        != std::string::npos);
  auto missing = fine;
  missing["security.protocol"] = "ssl";
  missing["ssl.ca.location"] = "/no/such/ca.pem";
  missing["ssl.key.password"] = "hidden-word";
  auto words = kafka::consumer_refusal(missing);
  CHECK(words.find("ssl.ca.location") != std::string::npos);
  CHECK(words.find("hidden-word") == std::string::npos);
}
