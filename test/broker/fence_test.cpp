#include "broker_support/scenario.hpp"
#include "support/kafka_client_driver.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// A member without cafka's fence: nothing but the Kafka client.
kafka::properties bare_member(const cluster& kafka, const std::string& group) {
  return {{"bootstrap.servers", kafka.endpoints()},
          {"group.id", group},
          {"session.timeout.ms", "6000"},
          {"heartbeat.interval.ms", "100"},
          {"reconnect.backoff.max.ms", "200"}};
}

/// Commits and gives what the broker answered.
kafka::error commit(client_driver& client, const topic_partition& tp,
                    offset_t offset) {
  client->commit(1, {{tp, offset}});
  auto answer = client.await<kafka::commit_answered>();
  if (!answer)
    throw std::runtime_error("no answer to a commit");
  return answer->failure;
}

std::optional<offset_t> committed(client_driver& client,
                                  const topic_partition& tp) {
  client->look_up_committed(1, {tp}, std::chrono::seconds{10});
  auto answer = client.await<kafka::committed_found>();
  return answer && answer->entries.size() == 1 ? answer->entries[0].offset
                                               : std::nullopt;
}

} // namespace

TEST_CASE("Kafka itself lets a member commit what it gave away") {
  cluster kafka{"kafka-1"};
  auto name = unique_name();
  kafka.create_topic(name, 2);
  bell b;
  client_driver former{b, bare_member(kafka, name)};
  REQUIRE(former.join({name}).size() == 2);
  client_driver latter{b, bare_member(kafka, name)};
  latter.subscribe({name});
  std::optional<topic_partition> moved;
  b.await([&] {
    former.pump();
    latter.pump();
    while (auto x = latter.take<kafka::assigned>())
      if (!x->partitions.empty())
        moved = x->partitions.front();
    return moved.has_value();
  });
  REQUIRE(moved);

  CHECK_FALSE(commit(latter, *moved, 10));
  CHECK_FALSE(commit(former, *moved, 5));
  CHECK(committed(latter, *moved).value_or(-1)
        == 5); // back: what cafka's fence is for
}

TEST_CASE("a client that is cut off reaches no broker any more") {
  cluster kafka{"kafka-1"};
  auto name = unique_name();
  topic_partition tp{name, 0};
  kafka.create_topic(name, 1);
  bell b;
  client_driver member{b, bare_member(kafka, name)};
  REQUIRE(member.join({name}).size() == 1);
  REQUIRE_FALSE(commit(member, tp, 10));
  member->cut_off();
  member->commit(2, {{tp, 20}});
  kafka::consumer::abandon(member.release());
  client_driver other{b, bare_member(kafka, name)};
  CHECK(committed(other, tp).value_or(-1) == 10);
}
