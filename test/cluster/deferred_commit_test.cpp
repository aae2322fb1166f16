#include "broker_support/cluster.hpp"
#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

#include <future>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

constexpr offset_t before = 10, deferred = 20;

/// A member without cafka's fence, of a group of its own.
struct unfenced_member {
  unfenced_member(cluster& of, std::string group)
    : kafka(of), name(std::move(group)) {
    kafka.create_topic(name, 1);
    client.subscribe({name});
    // A broker that has just come back may not know the topic yet.
    auto holds = [](const kafka::assigned& x) { return !x.partitions.empty(); };
    REQUIRE(client.await<kafka::assigned>(holds, 60s));
    client->commit(1, {{tp, before}});
    REQUIRE(client.await<kafka::commit_answered>());
  }

  kafka::properties props() const {
    return {{"bootstrap.servers", kafka.endpoints()},
            {"group.id", name},
            // librdkafka keeps the commit for so long; another coordinator is
            // chosen sooner once the others go on.
            {"session.timeout.ms", "20000"},
            {"heartbeat.interval.ms", "100"},
            {"reconnect.backoff.max.ms", "200"}};
  }

  void commit_in_outage() {
    // It mostly says that it knows; if not, the commit finds out.
    auto failed = [](const kafka::log_line& x) { return x.facility == "FAIL"; };
    client.await<kafka::log_line>(failed, 5s);
    client->commit(2, {{tp, deferred}});
  }

  /// Whether the deferred commit was taken.
  bool is_taken() {
    auto second = [](auto& y) { return y.token == 2; };
    auto answer = client.await<kafka::commit_answered>(second, 60s);
    // It keeps a commit only once; the next coordinator may still load the
    // group.
    for (int i = 0; i < 10 && answer && answer->failure; ++i) {
      client->commit(2, {{tp, deferred}});
      answer = client.await<kafka::commit_answered>(second, 60s);
    }
    return answer && !answer->failure;
  }

  std::optional<offset_t> committed() {
    client_driver other{b, props()};
    std::optional<kafka::committed_found> x;
    do {
      other->look_up_committed(1, {tp}, 5s);
      x = other.await<kafka::committed_found>();
    } while (x && x->failure); // the next coordinator still loads the group
    return x ? x->entries.at(0).offset : std::nullopt;
  }

  cluster& kafka;
  std::string name;
  topic_partition tp{name, 0};
  bell b;
  client_driver client{b, props()};
};

/// Between `begin` and `end` the coordinator is dead, and nobody is awake who
/// could choose another.
struct outage {
  outage() {
    kafka.heal();
  }

  void begin(const std::string& group) {
    coordinator = kafka.coordinator(group);
    REQUIRE(coordinator != 0);
    tell_others("pause");
    REQUIRE(kafka.node(coordinator, "kill")->wait() == 0);
  }

  void end() {
    tell_others("continue");
  }

  void tell_others(const std::string& verb) {
    for (int node = 1; node <= kafka.size(); ++node)
      if (node != coordinator)
        REQUIRE(kafka.node(node, verb)->wait() == 0);
  }

  cluster kafka{"kafka-3"};
  int coordinator = 0;
};

} // namespace

TEST_CASE("librdkafka sends a deferred commit for what was given back") {
  outage x;
  unfenced_member member{x.kafka, unique_name()};
  x.begin(member.name);
  member.commit_in_outage();
  REQUIRE_FALSE(member.client->unassign({member.tp}));
  x.end();
  REQUIRE(member.is_taken());
  CHECK(member.committed().value_or(-1) == deferred); // what the fence is for
}

TEST_CASE("a client that is abandoned sends no commit that was deferred") {
  outage x;
  unfenced_member member{x.kafka, unique_name()};
  x.begin(member.name);
  member.commit_in_outage();
  std::promise<void> gone;
  auto cut = member.client->end(kafka::farewell::none, 0ms,
                                [&](auto) { gone.set_value(); });
  cut();
  x.end();
  // The session's end, at the latest: by then it would have sent it.
  gone.get_future().wait();
  CHECK(member.committed().value_or(-1) == before);
}
