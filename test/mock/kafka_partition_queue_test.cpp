#include "support/catch.hpp"
#include "support/kafka_client_driver.hpp"

#include "kafka/partition_queue.hpp"

#include <atomic>
#include <thread>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;
using kafka::offset_earliest;
using kafka::offset_latest;

namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

core::range_set ranges(std::initializer_list<offset_range> xs) {
  core::range_set result;
  for (auto x : xs)
    result.insert(x);
  return result;
}

// Drains with these limits until something is given out.
core::fetched await_block(bell& b, core::record_source& source,
                          std::size_t records_max, core::flow_window room,
                          const core::range_set& skip = {}, offset_t from = 0) {
  core::fetched result;
  b.await([&] {
    do
      result = source.drain(records_max, room, skip, from);
    while (!result.block && result.more);
    return result.block != nullptr;
  });
  return result;
}

// An append wakes a reader who waits at the end, 1000; a detached one stays
// asleep.
void check_appends_wake(bell& b, core::record_source& source, appender& out,
                        const topic_partition& tp) {
  out.append(tp, 1);
  CHECK(read(b, source, 1) == offsets(1000, 1001));
  CHECK(drain_until(b, source, [&](auto&) { return source.at_end(); }));
  source.on_ready({});
  bell other;
  source.on_ready([&] { other.ring(); });
  source.on_ready({});
  auto rings = other.rings();
  bell third;
  source.on_ready([&] { third.ring(); });
  out.append(tp, 1);
  CHECK(read(third, source, 1) == offsets(1001, 1002));
  CHECK(other.rings() == rings);
  source.on_ready({}); // the bells go
}

} // namespace

TEST_CASE("a record is copied with all that the broker stored of it") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, "key", "value", {{"h", "1"}, {"h", ""}, {"n", std::nullopt}},
             1'700'000'000'123);
  out.append(tp, std::nullopt, std::nullopt, {}, 1);
  out.append(tp, "", "", {}, 2);
  REQUIRE(member.await<kafka::assigned>());
  auto& source = *member.source(tp);
  core::fetched x;
  std::vector<core::fetched> all;
  REQUIRE(drain_until(b, source, [&](const core::fetched& part) {
    all.push_back(part);
    return source.at_end();
  }));
  auto identity = std::make_shared<const partition_identity>();
  std::vector<record> records;
  for (auto& part : all)
    for (std::size_t i = 0; part.block && i < part.block->size(); ++i)
      records.emplace_back(*part.block, i, 1, identity);
  REQUIRE(records.size() == 3);
  // The records outlive the client.
  kafka::consumer::close(member.release(), 5s);
  auto& full = records[0];
  CHECK(full.key() == "key");
  CHECK(full.value() == "value");
  CHECK(full.timestamp() == 1'700'000'000'123ms);
  CHECK(full.timestamp_kind() == timestamp_type::create_time);
  REQUIRE(full.header_count() == 3);
  CHECK(full.header_at(0).name == "h");
  CHECK(full.header_at(0).value == "1");
  CHECK(full.header_at(1).name == "h");
  CHECK(full.header_at(1).value == "");
  CHECK(full.header_at(2).name == "n");
  CHECK(full.header_at(2).value == std::nullopt);
  CHECK(full.size_bytes() == 3 + 5 + 2 + 1 + 1);
  CHECK(records[1].key() == std::nullopt);
  CHECK(records[1].value() == std::nullopt);
  CHECK(records[1].size_bytes() == 0);
  CHECK(records[2].key() == "");
  CHECK(records[2].value() == "");
  CHECK(records[2].offset() == 2);
}

TEST_CASE("what does not follow on the last record after a rebalance is sought "
          "once") {
  auto doubted = GENERATE(false, true);
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 100, 10);
  REQUIRE(member.await<kafka::assigned>());
  auto& source = dynamic_cast<kafka::partition_queue&>(*member.source(tp));
  REQUIRE(offsets_of(await_block(b, source, 10, open_window()))
          == offsets(0, 10));
  // As if librdkafka had dropped what it had in hand behind offset 4.
  REQUIRE_FALSE(source.begin_at(5, [] { return kafka::error{}; }));
  if (doubted)
    source.verify_continuity();
  CHECK(read(b, source, doubted ? 95 : 90) == offsets(doubted ? 5 : 10, 100));
  // A gap that stays is one: it was sought, and is not again.
  REQUIRE_FALSE(source.begin_at(50, [] { return kafka::error{}; }));
  out.append(tp, 1, 10);
  CHECK(read(b, source, 1) == offsets(100, 101));
}

// librdkafka takes such a call for the answer to a rebalance that began behind
// the event, paused the partitions and dropped what was in hand.
TEST_CASE("each call that may end a rebalance has what follows looked at") {
  auto how = GENERATE(as<std::string>{}, "assign", "unassign", "reposition");
  CAPTURE(how);
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 2);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 100, 10);
  REQUIRE(member.await<kafka::assigned>());
  auto& source = dynamic_cast<kafka::partition_queue&>(*member.source(tp));
  REQUIRE(offsets_of(await_block(b, source, 10, open_window()))
          == offsets(0, 10));
  REQUIRE_FALSE(source.begin_at(5, [] { return kafka::error{}; }));
  if (how == "assign")
    REQUIRE_FALSE(member->assign({}));
  else if (how == "unassign")
    REQUIRE_FALSE(member->unassign({}));
  else
    REQUIRE_FALSE(member->reposition({{"t", 1}, 0}));
  CHECK(read(b, source, 95) == offsets(5, 100));
}

TEST_CASE("a seek that librdkafka forgot is done again") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 100, 10);
  REQUIRE(member.await<kafka::assigned>());
  auto& source = dynamic_cast<kafka::partition_queue&>(*member.source(tp));
  REQUIRE(offsets_of(await_block(b, source, 10, open_window()))
          == offsets(0, 10));
  REQUIRE_FALSE(source.move_to(5, [] { return kafka::error{}; }));
  CHECK(read(b, source, 95) == offsets(5, 100));
}

TEST_CASE("a partition's queue that was full says that it has room again") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  REQUIRE(member.await<kafka::assigned>());
  auto& source = dynamic_cast<kafka::partition_queue&>(*member.source(tp));
  int told = 0;
  source.on_room({1'000, unlimited}, [&] { ++told; });
  appender out{cluster};
  out.append(tp, 1000);
  CHECK(read(b, source, 499) == offsets(0, 499));
  CHECK(told == 0);
  // The end may be in the queue, too.
  CHECK(read(b, source, 3) == offsets(499, 502));
  CHECK(told == 1);
  out.append(tp, 100);
  CHECK(read(b, source, 598) == offsets(502, 1100));
  CHECK(told == 1); // it was not full any more
}

TEST_CASE("a drain keeps to its limits, and seeks move what it gives") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 1000, 90);
  REQUIRE(member.await<kafka::assigned>());
  auto& source = *member.source(tp);
  auto seek = [&](offset_t to) { REQUIRE_FALSE(member->seek({tp, to})); };
  auto first = await_block(b, source, 10, open_window());

  // The number of records.
  CHECK(offsets_of(first) == offsets(0, 10));
  CHECK(first.next == 10);
  CHECK(first.resolved_begin == 0);
  CHECK(first.more);
  CHECK_FALSE(source.at_end());
  CHECK(source.drain(0, open_window(), {}, 0).more);

  // A window over which one more record leads: it closes when both of its
  // bounds are passed.
  auto by_count = await_block(b, source, unlimited, {4, 0});
  CHECK(offsets_of(by_count) == offsets(10, 15));
  CHECK(by_count.more);
  CHECK_FALSE(by_count.resolved_begin);
  auto by_bytes = await_block(b, source, unlimited, {0, 200});
  CHECK(offsets_of(by_bytes) == offsets(15, 18));
  core::flow_window closed{0, 0};
  closed.add({1, 1});
  auto nothing = source.drain(unlimited, closed, {}, 0);
  CHECK_FALSE(nothing.block);
  CHECK(nothing.more);

  // What was passed over counts as position, not as taken.
  auto skipping = await_block(b, source, 5, open_window(),
                              ranges({{19, 21}, {22, 23}}), 0);
  CHECK(offsets_of(skipping) == std::vector<offset_t>{18, 21, 23, 24, 25});
  auto jumping = await_block(b, source, 2, open_window(), {}, 40);
  CHECK(offsets_of(jumping) == offsets(40, 42));
  CHECK(jumping.next == 42);

  // The end.
  CHECK(read(b, source, 958) == offsets(42, 1000));
  CHECK(drain_until(b, source, [&](auto&) { return source.at_end(); }));
  CHECK(source.readable_end() == 1000);

  // Back, with its own wake-up, and nothing from before the seek.
  seek(500);
  CHECK_FALSE(source.at_end());
  CHECK(read(b, source, 500) == offsets(500, 1000));
  for (offset_t to : {900, 100, 990, 0}) {
    seek(to);
    CHECK(read(b, source, 10) == offsets(to, to + 10));
  }
  seek(1000);
  CHECK(drain_until(b, source, [&](auto&) { return source.at_end(); }));

  check_appends_wake(b, source, out, tp);
}

TEST_CASE("a seek needs a held partition") {
  kafka::mock_cluster cluster;
  auto client = kafka::consumer::open(member_of(cluster, "g"), [] {});
  REQUIRE(client);
  auto failure = (*client)->seek({{"t", 0}, 5});
  CHECK(failure.code == errc::other_client_error);
  CHECK(failure.text.find("t/0 is not assigned") != std::string::npos);
  CHECK((*client)->reposition({{"t", 0}, 5}));
}

TEST_CASE("a logical begin is reported as the offset it was resolved to") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 4);
  client_driver member{b, member_of(cluster, "g")};
  topic_partition full_earliest{"t", 0};
  topic_partition full_latest{"t", 1};
  topic_partition empty_earliest{"t", 2};
  topic_partition empty_latest{"t", 3};
  member.begin_at(full_latest, offset_latest);
  member.begin_at(empty_latest, offset_latest);
  member.subscribe({"t"});
  appender out{cluster};
  out.append(full_earliest, 7);
  out.append(full_latest, 7);
  REQUIRE(member.await<kafka::assigned>());
  auto resolved = [&](const topic_partition& tp) {
    std::optional<offset_t> result;
    auto seen = drain_until(b, *member.source(tp), [&](const auto& x) {
      result = x.resolved_begin;
      return result.has_value();
    });
    CHECK(seen);
    return result;
  };
  CHECK(resolved(full_earliest) == 0);
  CHECK(resolved(full_latest) == 7);
  CHECK(resolved(empty_earliest) == 0);
  CHECK(resolved(empty_latest) == 0);
  // An end counts as a position: what comes later is not skipped.
  CHECK(member.source(full_latest)->at_end());
  out.append(full_latest, 2);
  CHECK(read(b, *member.source(full_latest), 2) == offsets(7, 9));
}

TEST_CASE("a seek that meets a running drain gives nothing from before it") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 1);
  topic_partition tp{"t", 0};
  client_driver member{b, member_of(cluster, "g")};
  member.subscribe({"t"});
  appender out{cluster};
  out.append(tp, 20'000);
  REQUIRE(member.await<kafka::assigned>());
  auto source = member.source(tp);
  std::atomic<bool> stop = false;
  std::vector<offset_t> jumps;
  std::atomic<std::size_t> jump_count = 0;
  std::atomic<std::size_t> drained = 0;
  std::thread worker{[&] {
    offset_t expected = 0;
    while (!stop)
      for (auto offset : offsets_of(drain(*source, 3))) {
        if (offset != expected) {
          jumps.push_back(offset);
          ++jump_count;
          b.ring();
        }
        expected = offset + 1;
        ++drained;
      }
  }};
  std::vector<offset_t> targets;
  for (offset_t i = 1; i <= 20; ++i) {
    // Each seek goes off while records flow.
    auto enough = drained + 20;
    while (drained < enough)
      std::this_thread::yield();
    targets.push_back((i * 7919) % 15'000);
    CHECK_FALSE(member->seek({tp, targets.back()}));
  }
  CHECK(b.await([&] { return jump_count == targets.size(); }));
  stop = true;
  worker.join();
  CHECK(jumps == targets);
}

TEST_CASE("a position out of range is reported and a reposition revives it") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 2);
  topic_partition lost{"t", 0};
  topic_partition healthy{"t", 1};
  client_driver cooperative{b, member_of(cluster, "g")};
  client_driver eager{
    b, member_of(cluster, "h", {{"partition.assignment.strategy", "range"}})};
  for (auto* member : {&cooperative, &eager}) {
    member->begin_at(lost, 5000);
    member->subscribe({"t"});
  }
  appender out{cluster};
  out.append(lost, 20);
  out.append(healthy, 20);
  for (auto* x : {&cooperative, &eager}) {
    auto& member = *x;
    INFO((x == &eager ? "eager" : "cooperative"));
    REQUIRE(member.await<kafka::assigned>());
    CHECK(read(b, *member.source(healthy), 10) == offsets(0, 10));
    auto is_out_of_range = [](const auto& y) { return y.out_of_range; };
    auto& source = *member.source(lost);
    REQUIRE(drain_until(b, source, is_out_of_range));
    // To a logical offset, to an absolute one, and to one that fails again.
    REQUIRE_FALSE(member->reposition({lost, offset_earliest}));
    CHECK(read(b, source, 20) == offsets(0, 20));
    REQUIRE_FALSE(member->reposition({lost, 9}));
    CHECK(read(b, source, 11) == offsets(9, 20));
    REQUIRE_FALSE(member->reposition({lost, 70}));
    REQUIRE(drain_until(b, source, is_out_of_range));
    REQUIRE_FALSE(member->reposition({lost, offset_latest}));
    std::optional<offset_t> resolved;
    CHECK(drain_until(b, source, [&](const auto& y) {
      resolved = y.resolved_begin;
      return source.at_end();
    }));
    CHECK(resolved == 20);
    // The neighbour goes on where it was.
    CHECK(read(b, *member.source(healthy), 10) == offsets(10, 20));
  }
}
