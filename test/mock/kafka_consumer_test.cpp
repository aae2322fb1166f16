#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

#include <atomic>
#include <thread>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

// API keys and error codes of the Kafka protocol.
constexpr std::int16_t offset_commit_key = 8;
constexpr std::int16_t heartbeat_key = 12;
constexpr std::int16_t not_coordinator = 16;
constexpr std::int16_t illegal_generation = 22;
constexpr std::int16_t rebalance_in_progress = 27;
constexpr std::int16_t group_authorization_failed = 30;
constexpr std::int16_t coordinator_load_in_progress = 14;
constexpr std::int16_t fenced_instance_id = 82;

using clock = std::chrono::steady_clock;

auto with_token(std::uint64_t token) {
  return [token](const auto& x) { return x.token == token; };
}

kafka::commit_answered commit(client_driver& member, std::uint64_t token,
                              const topic_partition& tp, offset_t offset) {
  member->commit(token, {{tp, offset}});
  auto result = member.await<kafka::commit_answered>(with_token(token));
  REQUIRE(result);
  return *result;
}

kafka::committed_found look_up(client_driver& member, std::uint64_t token,
                               const std::vector<topic_partition>& tps) {
  member->look_up_committed(token, tps, 5s);
  auto result = member.await<kafka::committed_found>(with_token(token));
  REQUIRE(result);
  return *result;
}

std::optional<offset_t> committed(client_driver& member,
                                  const topic_partition& tp) {
  auto result = look_up(member, 77, {tp});
  REQUIRE_FALSE(result.failure);
  REQUIRE(result.entries.size() == 1);
  CHECK(result.entries[0].tp == tp);
  return result.entries[0].offset;
}

} // namespace

TEST_CASE("commits are answered with what became of them") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 2);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  client_driver onlooker{b, member_of(cluster, "g")};
  CHECK(member.join({"t"}) == std::vector<topic_partition>{tp, {"t", 1}});
  CHECK(member->assignment() == std::vector<topic_partition>{tp, {"t", 1}});
  CHECK(committed(member, tp) == std::nullopt);

  auto done = commit(member, 1, tp, 7);
  CHECK_FALSE(done.failure);
  REQUIRE(done.entries.size() == 1);
  CHECK(done.entries[0].what.tp == tp);
  CHECK(done.entries[0].what.offset == 7);
  CHECK_FALSE(done.entries[0].failure);
  CHECK(committed(member, tp) == 7);
  CHECK(committed(onlooker, tp) == 7); // who has not joined
  auto both = look_up(onlooker, 5, {{"t", 1}, tp});
  CHECK(both.entries.size() == 2);
  CHECK(look_up(onlooker, 6, {}).entries.empty());

  // The client retries these by itself.
  cluster.inject(offset_commit_key,
                 {coordinator_load_in_progress, not_coordinator});
  CHECK_FALSE(commit(member, 2, tp, 8).failure);
  CHECK(committed(member, tp) == 8);

  cluster.inject(offset_commit_key, {rebalance_in_progress});
  auto refused = commit(member, 3, tp, 9);
  CHECK(refused.failure.code == errc::rebalance_in_progress);
  CHECK(refused.failure.retriable);
  REQUIRE(refused.entries.size() == 1);
  CHECK(refused.entries[0].what.offset == 9);
  CHECK(refused.entries[0].failure.code == errc::rebalance_in_progress);

  cluster.inject(offset_commit_key, {group_authorization_failed});
  auto denied = commit(member, 4, tp, 9);
  CHECK(denied.failure.code == errc::authorization);
  CHECK_FALSE(denied.failure.retriable);
  CHECK(committed(member, tp) == 8);

  // A commit of nothing is answered too.
  member->commit(8, {});
  CHECK(member.await<kafka::commit_answered>(with_token(8)));

  // With a stale generation the member has lost its partitions.
  cluster.inject(offset_commit_key, {illegal_generation});
  auto stale = commit(member, 9, tp, 9);
  CHECK(stale.failure.code == errc::stale_membership);
  auto event = member.await<kafka::revoked>();
  REQUIRE(event);
  CHECK(event->lost);
  CHECK(event->partitions.size() == 2);
  CHECK(member->assignment().empty());
}

TEST_CASE("a commit waits for the broker to come back") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  REQUIRE(member.join({"t"}).size() == 1);
  cluster.set_broker_down(1);
  auto down = member.await<kafka::client_error>(
    [](const auto& x) { return x.what.code == errc::broker_unavailable; });
  REQUIRE(down);
  CHECK_FALSE(down->what.fatal);
  member->commit(1, {{tp, 5}});
  cluster.set_broker_up(1);
  auto answer = member.await<kafka::commit_answered>();
  REQUIRE(answer);
  CHECK_FALSE(answer->failure);
  CHECK(committed(member, tp) == 5);
}

TEST_CASE("a look-up that no broker answers fails in time") {
  bell b;
  client_driver member{
    b, {{"bootstrap.servers", "127.0.0.1:1"}, {"group.id", "g"}}};
  member->look_up_committed(3, {{"t", 0}}, 300ms);
  auto answer = member.await<kafka::committed_found>();
  REQUIRE(answer);
  CHECK(answer->token == 3);
  CHECK(answer->failure.code == errc::timed_out);
  CHECK(answer->failure.retriable);
}

TEST_CASE("a second member takes over where the first one committed") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 2);
  auto props = member_of(cluster, "g",
                         {{"partition.assignment.strategy", strategy}});
  client_driver first{b, props};
  first.subscribe({"t"});
  appender out{cluster};
  for (partition_t p : {0, 1})
    out.append({"t", p}, 20);
  INFO(strategy);
  REQUIRE(first.await<kafka::assigned>());
  for (partition_t p : {0, 1}) {
    CHECK(read(b, *first.source({"t", p}), 10) == offsets(0, 10));
    CHECK_FALSE(commit(first, 1, {"t", p}, 10).failure);
  }
  first.answer_rebalances(false);
  client_driver second{b, props};
  second.answer_rebalances(false);
  second.subscribe({"t"});
  std::optional<kafka::revoked> moved;
  REQUIRE(b.await([&] {
    second.pump();
    moved = first.await<kafka::revoked>([](auto&) { return true; }, 0ms);
    return moved.has_value();
  }));
  CHECK_FALSE(moved->lost);
  // While the answer is outstanding nothing may look like one.
  CHECK(first->reposition({{"t", 0}, 0}).code == errc::rebalance_in_progress);
  auto held_before = first.source(moved->partitions.front());
  first.give_back(*moved);
  first.answer_rebalances(true);
  CHECK_FALSE(drain(*held_before).block);
  CHECK_FALSE(drain(*held_before).more);
  std::optional<kafka::assigned> taken;
  REQUIRE(b.await([&] {
    first.pump();
    // Cooperative: at first there is nothing for it.
    taken = second.await<kafka::assigned>([](auto&) { return true; }, 0ms);
    return taken && !taken->partitions.empty();
  }));
  REQUIRE(taken->partitions.size() == 1);
  auto tp = taken->partitions.front();
  auto begin = committed(second, tp);
  REQUIRE(begin == 10);
  second.begin_at(tp, *begin);
  second.accept(*taken);
  CHECK(read(b, *second.source(tp), 10) == offsets(10, 20));
  // The first one goes on reading what it kept.
  topic_partition kept{"t", 1 - tp.partition};
  REQUIRE(b.await([&] {
    first.pump();
    second.pump();
    return first->assignment() == std::vector<topic_partition>{kept};
  }));
  kafka::consumer::close(second.release(), 5s);
}

TEST_CASE("a fenced member is fatal and its end does not hang") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  client_driver member{b,
                       member_of(cluster, "g", {{"group.instance.id", "i"}})};
  auto answers = GENERATE(true, false);
  member.answer_rebalances(answers);
  REQUIRE(member.join({"t"}).size() == 1);
  CHECK_FALSE(member->is_fatal());
  cluster.inject(heartbeat_key, {fenced_instance_id});
  auto event = member.await<kafka::client_error>();
  REQUIRE(event);
  CHECK(event->what.code == errc::fenced_instance);
  CHECK(event->what.fatal);
  CHECK(is_permanent(event->what.code));
  CHECK(member->is_fatal());
  auto begin = clock::now();
  if (answers)
    kafka::consumer::close(member.release(), 10s);
  else
    kafka::consumer::abandon(member.release());
  CHECK(clock::now() - begin < 2s);
}

TEST_CASE("a client without a group, a topic or a broker closes in time") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  INFO(strategy);
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  auto props = member_of(cluster, "g",
                         {{"partition.assignment.strategy", strategy}});
  auto begin = clock::now();
  {
    client_driver not_subscribed{b, props};
    kafka::consumer::close(not_subscribed.release(), 5s);
  }
  {
    client_driver about_to_join{b, props};
    about_to_join.subscribe({"t"});
    kafka::consumer::close(about_to_join.release(), 5s);
  }
  {
    client_driver joining{b, props};
    joining.subscribe({"t"});
    CHECK_FALSE(
      joining.await<kafka::assigned>([](auto&) { return true; }, 500ms));
    kafka::consumer::close(joining.release(), 5s);
  }
  {
    cluster.set_broker_down(1);
    client_driver alone{b, props};
    alone.subscribe({"t"});
    kafka::consumer::close(alone.release(), 500ms);
  }
  CHECK(clock::now() - begin < 3s);
}

TEST_CASE("a client ends in the middle of a rebalance") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  bool politely = GENERATE(true, false);
  INFO(strategy << (politely ? " close" : " abandon"));
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  auto props = member_of(cluster, "g",
                         {{"partition.assignment.strategy", strategy}});
  auto end = [&](client_driver& x) {
    auto begin = clock::now();
    if (politely)
      kafka::consumer::close(x.release(), 5s);
    else
      kafka::consumer::abandon(x.release());
    CHECK(clock::now() - begin < 2s);
  };
  client_driver holder{b, props};
  client_driver spare{b, props};
  spare.answer_rebalances(false);
  holder.subscribe({"t"});
  spare.subscribe({"t"});
  // One of the two has the partition, the other one was given nothing.
  REQUIRE(b.await([&] {
    holder.pump();
    spare.pump();
    return spare.await<kafka::assigned>([](auto&) { return true; }, 0ms)
      .has_value();
  }));
  end(spare);
  end(holder);
}

TEST_CASE("a close leaves the group, and its sources are empty for ever") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 20'000, 50);
  REQUIRE(member.await<kafka::assigned>());
  auto source = member.source(tp);
  CHECK(read(b, *source, 10).size() == 10);
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> drained = 0;
  std::thread worker{[&] {
    while (!stop) {
      auto x = drain(*source, 7);
      drained += x.block ? x.block->size() : 0;
    }
  }};
  while (drained < 1000)
    std::this_thread::yield();
  // As the owner does that must not block.
  member->detach();
  CHECK(member->assignment().empty());
  CHECK_FALSE(member->poll());
  std::thread{[client = member.release()]() mutable {
    kafka::consumer::close(std::move(client), 10s);
  }}.join();
  auto rings = b.rings();
  stop = true;
  worker.join();
  auto x = drain(*source);
  CHECK_FALSE(x.block);
  CHECK_FALSE(x.more);
  CHECK_FALSE(x.next);
  CHECK_FALSE(source->at_end());
  source->on_ready([&] { b.ring(); });
  out.append(tp, 1);
  CHECK(b.rings() == rings);
}
