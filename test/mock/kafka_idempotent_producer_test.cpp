// The producer of a group on librdkafka, against a mock cluster whose brokers
// fail as a test tells them.

#include "kafka/idempotent_producer.hpp"
#include "kafka/producing_properties.hpp"

#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_bell.hpp"

#include <future>
#include <map>
#include <vector>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

// API keys and errors of the Kafka protocol.
constexpr std::int16_t api_produce = 0;
constexpr std::int16_t api_init_producer_id = 22;
constexpr std::int16_t message_too_large = 10;
constexpr std::int16_t topic_authorization_failed = 29;
constexpr std::int16_t cluster_authorization_failed = 31;

/// Polls when it is woken, and only then, and keeps every event.
struct driver {
  explicit driver(const kafka::mock_cluster& cluster,
                  const kafka::properties& own = {},
                  std::chrono::milliseconds timeout = 30s) {
    auto props = kafka::producing_properties(
      {{"bootstrap.servers", cluster.endpoints()}, {"group.id", "g"}}, own,
      timeout);
    auto made = kafka::idempotent_producer::open(props,
                                                 [this] { rung.ring(); });
    if (!made)
      throw std::runtime_error(made.failure().text);
    client = std::move(*made);
  }

  void pump() {
    while (auto x = client->poll()) {
      if (auto* report = std::get_if<kafka::record_written>(&*x))
        reports[report->token] = *report;
      else if (auto* found = std::get_if<kafka::topic_found>(&*x))
        topics[found->token] = *found;
      else if (auto* failed = std::get_if<kafka::client_error>(&*x))
        errors.push_back(failed->what);
      else if (auto* line = std::get_if<kafka::log_line>(&*x))
        lines.push_back(line->text);
    }
  }
  template <class F>
  bool await(F done) {
    return rung.await([&] {
      pump();
      return done();
    });
  }
  bool await_reports(std::size_t n) {
    return await([&] { return reports.size() >= n; });
  }
  partition_t find(std::uint64_t token, const std::string& topic) {
    client->find_topic(token, topic, 20s);
    CHECK(await([&] { return topics.contains(token); }));
    CHECK_FALSE(topics[token].failure);
    return topics[token].partitions;
  }

  bell rung;
  std::unique_ptr<kafka::idempotent_producer> client;
  std::map<std::uint64_t, kafka::record_written> reports;
  std::map<std::uint64_t, kafka::topic_found> topics;
  std::vector<kafka::error> errors;
  std::vector<std::string> lines;
};

output to(const std::string& topic, std::string value = "v") {
  return {topic, 1, "k", std::move(value), {{"a", "1"}, {"b", std::nullopt}}};
}

} // namespace

TEST_CASE("an idempotent producer reports each record by its token, with where "
          "it lies") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  driver x{cluster};
  for (std::uint64_t i = 0; i < 50; ++i) {
    auto sent = x.client->send(i + 7, to("t"));
    REQUIRE(sent);
    CHECK(*sent);
  }
  REQUIRE(x.client->send(100, {"t", 0, std::nullopt, std::nullopt, {}}));
  REQUIRE(x.await_reports(51));
  for (std::uint64_t i = 0; i < 50; ++i) {
    auto& report = x.reports.at(i + 7);
    CHECK_FALSE(report.failure);
    CHECK(report.where == topic_partition{"t", 1});
    CHECK(report.offset == static_cast<offset_t>(i));
  }
  CHECK(x.reports.at(100).offset == 0);
  INFO((x.lines.empty() ? "" : x.lines.front()));
  CHECK(x.lines.empty()); // no property is one of another kind of client
}

TEST_CASE("what a broker refuses is reported with the cause to its token "
          "alone") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  driver x{cluster};
  cluster.inject(api_produce, {message_too_large});
  REQUIRE(x.client->send(1, to("t")));
  REQUIRE(x.await_reports(1));
  CHECK(x.reports[1].failure.too_large);
  CHECK(x.reports[1].offset < 0);
  cluster.inject(api_produce, {topic_authorization_failed});
  REQUIRE(x.client->send(2, to("t")));
  REQUIRE(x.await_reports(2));
  CHECK(x.reports[2].failure.code == errc::authorization);
  // The client knows a right that was given only when it asks for the topic.
  CHECK(x.find(9, "t") == 2);
  REQUIRE(x.client->send(3, to("t")));
  REQUIRE(x.await_reports(3));
  CHECK_FALSE(x.reports[3].failure);
}

TEST_CASE("a record that no broker takes is reported after the timeout") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  cluster.set_broker_down(1);
  driver x{cluster, {}, 1s};
  REQUIRE(x.client->send(1, to("t")));
  REQUIRE(x.await_reports(1));
  CHECK(x.reports[1].failure.code == errc::timed_out);
}

TEST_CASE("a full queue of a producer says so, and has room when a report was "
          "taken") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  driver x{cluster, {{"queue.buffering.max.messages", "1"}}};
  auto first = x.client->send(1, to("t"));
  REQUIRE(first);
  CHECK(*first);
  auto second = x.client->send(2, to("t"));
  REQUIRE(second);
  CHECK_FALSE(*second);
  REQUIRE(x.await_reports(1));
  auto again = x.client->send(2, to("t"));
  REQUIRE(again);
  CHECK(*again);
  REQUIRE(x.await_reports(2));
  CHECK(x.reports[2].offset == 1);
}

TEST_CASE("a producer that is broken for good tells it as fatal, and reports "
          "its records with that cause") {
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  cluster.inject(api_init_producer_id, {cluster_authorization_failed});
  driver x{cluster};
  x.client->send(1, to("t")); // it may know already
  REQUIRE(x.await([&] {
    for (auto& e : x.errors)
      if (e.fatal)
        return true;
    return false;
  }));
  auto refused = x.client->send(2, to("t"));
  CHECK_FALSE(refused);
  CHECK(refused.failure().fatal);
  CHECK(refused.failure().code == errc::authorization);
}

TEST_CASE("a producer finds how many partitions a topic has, or why it may not "
          "know") {
  constexpr std::int16_t unknown_topic = 3;
  faulty_cluster cluster;
  cluster.create_topic("t", 3);
  cluster.create_topic("gone", 3);
  cluster.create_topic("hidden", 3);
  cluster.fail_topic("gone", unknown_topic);
  cluster.fail_topic("hidden", topic_authorization_failed);
  driver x{cluster};
  CHECK(x.find(1, "t") == 3);
  CHECK(x.find(2, "gone") == 0);
  x.client->find_topic(3, "hidden", 20s);
  REQUIRE(x.await([&] { return x.topics.contains(3); }));
  CHECK(x.topics[3].failure.code == errc::authorization);
}

TEST_CASE("a question that no broker answers fails in time, and may be asked "
          "again") {
  faulty_cluster cluster;
  cluster.create_topic("t", 3);
  cluster.set_broker_down(1);
  driver x{cluster};
  x.client->find_topic(1, "t", 200ms);
  REQUIRE(x.await([&] { return x.topics.contains(1); }));
  CHECK(x.topics[1].failure.retriable);
  cluster.set_broker_up(1);
  CHECK(x.find(2, "t") == 3);
}

TEST_CASE("a producer ends though its broker stands still and a question is "
          "open") {
  faulty_cluster cluster;
  cluster.create_topic("t", 3);
  driver x{cluster};
  CHECK(x.find(1, "t") == 3);
  cluster.set_round_trip(1, 60s);
  REQUIRE(x.client->send(1, to("t")));
  x.client->find_topic(2, "u", 60s);
  std::promise<void> ended;
  x.client->end(kafka::farewell::none, 0ms,
                [&](kafka::client_ended) { ended.set_value(); });
  CHECK(ended.get_future().wait_for(20s) == std::future_status::ready);
  x.client.reset();
  CHECK(x.reports.empty());
}

TEST_CASE("of a group's properties its producer takes the endpoints and the "
          "security, and its own go first") {
  kafka::properties group{{"bootstrap.servers", "a:1"},
                          {"group.id", "g"},
                          {"session.timeout.ms", "6000"},
                          {"security.protocol", "ssl"},
                          {"ssl.ca.location", "ca.pem"},
                          {"enable.ssl.certificate.verification", "false"},
                          {"sasl.username", "u"},
                          {"client.id", "c"},
                          {"linger.ms", "1000"}};
  auto x = kafka::producing_properties(group, {{"client.id", "own"}}, 6s);
  CHECK(x.at("bootstrap.servers") == "a:1");
  CHECK(x.at("security.protocol") == "ssl");
  CHECK(x.at("ssl.ca.location") == "ca.pem");
  CHECK(x.at("enable.ssl.certificate.verification") == "false");
  CHECK(x.at("sasl.username") == "u");
  CHECK(x.at("client.id") == "own");
  CHECK(x.at("message.timeout.ms") == "6000");
  CHECK(x.at("topic.metadata.propagation.max.ms") == "3000");
  CHECK_FALSE(x.contains("group.id"));
  CHECK_FALSE(x.contains("session.timeout.ms"));
  CHECK_FALSE(x.contains("linger.ms"));
}

TEST_CASE("a property of a producer that cafka owns is refused by name") {
  for (auto* name : {"enable.idempotence", "acks", "transactional.id"}) {
    auto wrong = kafka::idempotent_producer::check(
      {{"bootstrap.servers", "a:1"}, {name, "1"}});
    CHECK(wrong.code == errc::invalid_config);
    CHECK_THAT(wrong.text, has_text(name));
  }
  CHECK_FALSE(
    kafka::idempotent_producer::check({{"bootstrap.servers", "a:1"}}));
}
