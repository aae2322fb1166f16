#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_client_driver.hpp"

#include <atomic>
#include <thread>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

// API keys and error codes of the Kafka protocol.
constexpr std::int16_t offset_commit_key = 8;
constexpr std::int16_t join_group_key = 11;
constexpr std::int16_t heartbeat_key = 12;
constexpr std::int16_t not_coordinator = 16;
constexpr std::int16_t illegal_generation = 22;
constexpr std::int16_t unknown_member_id = 25;
constexpr std::int16_t rebalance_in_progress = 27;
constexpr std::int16_t group_authorization_failed = 30;
constexpr std::int16_t coordinator_load_in_progress = 14;
constexpr std::int16_t fenced_instance_id = 82;

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

// An end that took longer has hung. The threads of librdkafka 2.8 end up to 1 s
// late.
constexpr double end_max_s = 5;

kafka::client_ended kafka_close(std::unique_ptr<kafka::consumer> x) {
  return kafka::consumer::close(std::move(x), 10s);
}

template <class F>
double seconds_of(F f) {
  auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
    .count();
}

// Two members of one group, named after its strategy and way to end.
struct two_members {
  using end_fun = kafka::client_ended (*)(std::unique_ptr<kafka::consumer>);

  two_members(bell& b, const kafka::mock_cluster& cluster,
              const std::string& name, end_fun f = kafka_close)
    : strategy(name),
      end(f),
      first(b, settings(cluster)),
      second(b, settings(cluster)) {
  }

  kafka::properties settings(const kafka::mock_cluster& cluster) const {
    return member_of(cluster, strategy + (end == kafka_close ? "" : "-abandon"),
                     {{"partition.assignment.strategy", strategy}});
  }

  void pump() {
    first.pump();
    second.pump();
  }

  // An abandon is not waited for any longer, whatever becomes of it.
  void check_end(client_driver& member) const {
    auto ended = end(member.release());
    CHECK((ended.in_time || end != kafka_close));
  }

  // True once the first member was told to give something back.
  bool take_revoked() {
    if (!moved)
      moved = first.take<kafka::revoked>();
    return moved.has_value();
  }

  // True once the second member was given something; cooperative members are
  // given nothing at first.
  bool take_assigned() {
    while (!taken || taken->partitions.empty()) {
      taken = second.take<kafka::assigned>();
      if (!taken)
        return false;
    }
    return true;
  }

  std::string strategy;
  end_fun end;
  client_driver first;
  client_driver second;
  std::optional<kafka::revoked> moved;
  std::optional<kafka::assigned> taken;
};

} // namespace

TEST_CASE("commits are answered with what became of them") {
  bell b;
  faulty_cluster cluster;
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
  faulty_cluster cluster;
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
  // The client says why, in its log too.
  auto line = member.await<kafka::log_line>();
  REQUIRE(line);
  CHECK(line->level <= 7);
  CHECK_FALSE(line->facility.empty());
  CHECK_FALSE(line->text.empty());
}

TEST_CASE("a second member takes over where the first one committed") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  // Both protocols at once: the mock cluster's rebalances take their time.
  std::vector<two_members> groups;
  for (std::string strategy : {"cooperative-sticky", "range"})
    groups.emplace_back(b, cluster, strategy);
  auto await_all = [&](auto done) {
    return b.await([&] {
      for (auto& x : groups)
        x.pump();
      return std::all_of(groups.begin(), groups.end(), done);
    });
  };
  for (auto& x : groups)
    x.first.subscribe({"t"});
  appender out{cluster};
  for (partition_t p : {0, 1})
    out.append({"t", p}, 20);
  REQUIRE(await_all([](auto& x) { return x.first->assignment().size() == 2; }));
  for (auto& x : groups) {
    for (partition_t p : {0, 1}) {
      CHECK(read(b, *x.first.source({"t", p}), 10) == offsets(0, 10));
      CHECK_FALSE(commit(x.first, 1, {"t", p}, 10).failure);
    }
    x.first.answer_rebalances(false);
    x.second.answer_rebalances(false);
    x.second.subscribe({"t"});
  }
  REQUIRE(await_all([](auto& x) { return x.take_revoked(); }));
  for (auto& x : groups) {
    INFO(x.strategy);
    CHECK_FALSE(x.moved->lost);
    // While the answer is outstanding nothing may look like one.
    auto failure = x.first->reposition({{"t", 0}, 0});
    CHECK(failure.code == errc::rebalance_in_progress);
    auto source = x.first.source(x.moved->partitions.front());
    x.first.give_back(*x.moved);
    x.first.answer_rebalances(true);
    CHECK_FALSE(drain(*source).block);
    CHECK_FALSE(drain(*source).more);
  }
  REQUIRE(await_all([](auto& x) { return x.take_assigned(); }));
  for (auto& x : groups) {
    INFO(x.strategy);
    REQUIRE(x.taken->partitions.size() == 1);
    auto tp = x.taken->partitions.front();
    auto begin = committed(x.second, tp);
    REQUIRE(begin == 10);
    x.second.begin_at(tp, *begin);
    x.second.accept(*x.taken);
    CHECK(read(b, *x.second.source(tp), 10) == offsets(10, 20));
  }
  // The first one keeps the rest.
  CHECK(await_all([](auto& x) {
    topic_partition kept{"t", 1 - x.taken->partitions.front().partition};
    return x.first->assignment() == std::vector<topic_partition>{kept};
  }));
}

TEST_CASE("a member that the group forgot while it joined is told so") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  INFO(strategy);
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  client_driver member{
    b, member_of(cluster, "g", {{"partition.assignment.strategy", strategy}})};
  REQUIRE(member.join({"t"}).size() == 2);
  cluster.inject(join_group_key, {unknown_member_id});
  cluster.inject(heartbeat_key, {rebalance_in_progress});
  if (strategy == "range") { // whose members give back before they join
    auto revoked = member.await<kafka::revoked>();
    REQUIRE(revoked);
    CHECK_FALSE(revoked->lost);
    CHECK(member.await<kafka::assigned>());
    CHECK_FALSE(member.take<kafka::forgotten>());
    return;
  }
  REQUIRE(member.await<kafka::forgotten>());
  CHECK_FALSE(member.take<kafka::revoked>());
  CHECK_FALSE(member.take<kafka::assigned>());
  CHECK(seconds_of([&] { kafka::consumer::abandon(member.release()); })
        < end_max_s);
}

TEST_CASE("a fenced member is fatal and its end does not hang") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  client_driver holder{b,
                       member_of(cluster, "g", {{"group.instance.id", "i"}})};
  // Fenced with an assignment that it has not accepted yet.
  client_driver joiner{b,
                       member_of(cluster, "h", {{"group.instance.id", "i"}})};
  joiner.answer_rebalances(false);
  holder.subscribe({"t"});
  joiner.subscribe({"t"});
  for (auto* member : {&holder, &joiner}) {
    REQUIRE(member->await<kafka::assigned>());
    CHECK_FALSE((*member)->is_fatal());
  }
  // An assignment that the client refuses is not held.
  CHECK(joiner->assign({{{"t", 0}, -77}}));
  CHECK(joiner->assignment().empty());
  cluster.inject(heartbeat_key, {fenced_instance_id, fenced_instance_id});
  for (auto* member : {&holder, &joiner}) {
    auto event = member->await<kafka::client_error>();
    REQUIRE(event);
    CHECK(event->what.code == errc::fenced_instance);
    CHECK(event->what.fatal);
    CHECK(is_permanent(event->what.code));
    CHECK((*member)->is_fatal());
  }
  CHECK(seconds_of([&] { kafka_close(holder.release()); }) < end_max_s);
  CHECK(seconds_of([&] { kafka::consumer::abandon(joiner.release()); })
        < end_max_s);
}

TEST_CASE("a client without a group, a topic or a broker closes in time") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  INFO(strategy);
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  auto props = member_of(cluster, "g",
                         {{"partition.assignment.strategy", strategy}});
  auto begin = std::chrono::steady_clock::now();
  {
    client_driver not_subscribed{b, props};
    kafka::consumer::close(not_subscribed.release(), 20s);
  }
  {
    client_driver about_to_join{b, props};
    about_to_join.subscribe({"t"});
    kafka::consumer::close(about_to_join.release(), 20s);
  }
  {
    client_driver joining{b, props};
    joining.subscribe({"t"});
    CHECK_FALSE(
      joining.await<kafka::assigned>([](auto&) { return true; }, 500ms));
    kafka::consumer::close(joining.release(), 20s);
  }
  {
    cluster.set_broker_down(1);
    client_driver alone{b, props};
    alone.subscribe({"t"});
    kafka::consumer::close(alone.release(), 500ms);
  }
  // Without a hang; the threads of librdkafka 2.8 end up to 1 s late.
  CHECK(std::chrono::steady_clock::now() - begin < 15s);
}

TEST_CASE("a client ends in the middle of a rebalance") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 2);
  std::vector<two_members> groups;
  for (std::string strategy : {"cooperative-sticky", "range"})
    for (auto end : {kafka_close, kafka::consumer::abandon})
      groups.emplace_back(b, cluster, strategy, end);
  for (auto& x : groups)
    x.first.subscribe({"t"});
  for (auto& x : groups) {
    REQUIRE(x.first.await<kafka::assigned>());
    x.first.answer_rebalances(false);
    x.second.answer_rebalances(false);
    x.second.subscribe({"t"});
  }
  for (auto& x : groups) {
    INFO(x.strategy);
    REQUIRE(x.first.await<kafka::revoked>());
  }
  // With a revocation that nobody answers, then with an assignment.
  for (auto& x : groups) {
    INFO(x.strategy);
    x.check_end(x.first);
  }
  for (auto& x : groups) {
    INFO(x.strategy);
    REQUIRE(x.second.await<kafka::assigned>());
    x.check_end(x.second);
  }
}

TEST_CASE("a client ends between joining and its first assignment") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  client_driver closing{b, member_of(cluster, "g", {{"debug", "cgrp"}})};
  client_driver abandoned{b, member_of(cluster, "h", {{"debug", "cgrp"}})};
  cluster.set_round_trip(1, 300ms);
  for (auto* x : {&closing, &abandoned}) {
    x->answer_rebalances(false);
    x->subscribe({"t"});
  }
  for (auto* x : {&closing, &abandoned})
    REQUIRE(x->await<kafka::log_line>([](const auto& line) {
      return line.text.find("I am elected leader") != std::string::npos;
    }));
  CHECK(seconds_of([&] { kafka_close(closing.release()); }) < end_max_s);
  CHECK(seconds_of([&] { kafka::consumer::abandon(abandoned.release()); })
        < end_max_s);
}

TEST_CASE("a close leaves the group, and its sources are empty for ever") {
  bell b;
  faulty_cluster cluster;
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

TEST_CASE(
  "no log and no error of a client holds a secret, whatever it debugs") {
  bell b;
  const std::string secret = "hush-hush";
  // librdkafka hides the password; the address and the name it shows.
  client_driver client{b,
                       {{"bootstrap.servers", secret + ".invalid:1"},
                        {"client.id", secret},
                        {"group.id", "g"},
                        {"sasl.password", secret},
                        {"debug", "all"}}};
  auto has_it = [&](const std::string& x) { return x.find(secret) != x.npos; };
  auto failure = client.await<kafka::client_error>();
  REQUIRE(failure);
  INFO(failure->what.text);
  CHECK(failure->what.text.find("***.invalid") != std::string::npos);
  CHECK_FALSE(has_it(failure->what.text));
  int hidden = 0;
  while (auto line = client.take<kafka::log_line>()) {
    INFO(line->text);
    CHECK_FALSE(has_it(line->text));
    hidden += line->text.find("***") != std::string::npos;
  }
  CHECK(hidden > 0);
  kafka_close(client.release());
}
