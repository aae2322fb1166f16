#include "broker_support/cluster.hpp"
#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A member without cafka's fence, whose commit librdkafka keeps: the
/// coordinator is dead, and nobody is awake who could choose another.
struct deferred_commit {
  deferred_commit() {
    kafka.heal();
    kafka.create_topic(name, 1);
    REQUIRE(member.join({name}).size() == 1);
    member->commit(1, {{tp, 10}});
    REQUIRE(member.await<kafka::commit_answered>());
    coordinator = kafka.coordinator(name);
    REQUIRE(coordinator != 0);
    tell_others("pause");
    REQUIRE(kafka.node(coordinator, "kill")->wait() == 0);
    // It mostly says that it knows; if not, the commit finds out.
    auto failed = [](const kafka::log_line& x) { return x.facility == "FAIL"; };
    member.await<kafka::log_line>(failed, 5s);
    member->commit(2, {{tp, 20}});
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

  void tell_others(const std::string& verb) {
    for (int node = 1; node <= kafka.size(); ++node)
      if (node != coordinator)
        REQUIRE(kafka.node(node, verb)->wait() == 0);
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

  cluster kafka{"kafka-3"};
  std::string name = unique_name();
  topic_partition tp{name, 0};
  bell b;
  client_driver member{b, props()};
  int coordinator = 0;
};

} // namespace

TEST_CASE("librdkafka sends a deferred commit for what was given back") {
  deferred_commit x;
  REQUIRE_FALSE(x.member->unassign({x.tp}));
  x.tell_others("continue");
  auto second = [](auto& y) { return y.token == 2; };
  auto answer = x.member.await<kafka::commit_answered>(second, 60s);
  // It keeps a commit only once; the next coordinator may still load the group.
  for (int i = 0; i < 10 && answer && answer->failure; ++i) {
    x.member->commit(2, {{x.tp, 20}});
    answer = x.member.await<kafka::commit_answered>(second, 60s);
  }
  REQUIRE(answer);
  INFO(answer->failure.text);
  CHECK_FALSE(answer->failure);
  CHECK(x.committed().value_or(-1) == 20); // what cafka's fence is for
}

TEST_CASE("a client that is abandoned sends no commit that was deferred") {
  deferred_commit x;
  x.member->cut_off();
  kafka::consumer::abandon(x.member.release());
  x.tell_others("continue");
  CHECK(x.committed().value_or(-1) == 10);
}
