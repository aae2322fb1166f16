// What operators want, on a cluster in real time: pauses that outlive
// rebalances and restarts, moves that the broker confirms or refuses, and a
// record that fails.

#include "support/group_fixture.hpp"

#include <algorithm>
#include <atomic>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using kind = target_position::kind;

constexpr std::int16_t offset_commit = 8;       // API key
constexpr std::int16_t metadata_too_large = 12; // not tried again

/// Beyond anything that goes well.
constexpr auto answer_limit = 60s;

template <class Intent>
operation_reply want(group_fixture& f, const Intent& x) {
  auto reply = ask(*f.group, x, answer_limit);
  REQUIRE(reply);
  return *reply;
}

pause_partitions pause_all() {
  return {"t", -1, "ann", "look"};
}

resume_partitions resume_all() {
  return {"t", -1, "ann", "done"};
}

move_partition move_to(offset_t offset) {
  return {"t", 0, {kind::offset, offset}, "ann", "replay"};
}

bool all_are_paused(const group_status& x) {
  return !x.partitions.empty()
         && std::ranges::all_of(x.partitions, [](auto& y) { return y.paused; });
}

/// A second member of the group, until it goes.
class intruder {
public:
  explicit intruder(group_fixture& f)
    : client_(
      bell_, member_of(f.cluster, "g",
                       {{"partition.assignment.strategy", "range"},
                        {"session.timeout.ms",
                         f.options().config.kafka.at("session.timeout.ms")}})) {
    client_.subscribe({"t"});
  }
  ~intruder() {
    kafka::consumer::close(client_.release(), 5s);
  }
  bool owns_something() {
    return client_
      .await<kafka::assigned>(
        [](const auto& x) { return !x.partitions.empty(); })
      .has_value();
  }

private:
  bell bell_;
  client_driver client_;
};

} // namespace

TEST_CASE("a pause holds through a rebalance and a restart of the group") {
  group_fixture f{2};
  auto options = f.options();
  options.config.assignment_strategy = assignment_strategy::range;
  options.handler = f.noting(ack_all);
  f.produce(0, 1);
  f.produce(1, 1);
  f.start(options);
  REQUIRE(f.await_committed(0, 1));
  REQUIRE(f.await_committed(1, 1));
  CHECK(want(f, pause_all()).result == operation_result::done);
  {
    intruder other{f};
    REQUIRE(other.owns_something());
  }
  auto holds_both = [](const group_status& x) {
    return x.partitions.size() == 2 && all_are_paused(x);
  };
  CHECK(f.await_status(holds_both));
  f.produce(0, 3);
  f.produce(1, 3);
  caf::anon_send_exit(caf::actor_cast<caf::actor>(f.coordinators().back()),
                      caf::exit_reason::kill);
  REQUIRE(f.await_event(event_kind::group_restarted));
  CHECK(f.await_status(holds_both));
  CHECK(f.await_status([](const group_status& x) {
    return std::ranges::all_of(x.partitions,
                               [](auto& y) { return y.lag == 3; });
  }));
  CHECK(f.delivered().size() == 2);
  CHECK(want(f, resume_all()).result == operation_result::done);
  CHECK(f.await_delivered(8));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a partition goes on where it is moved to, when the broker has "
          "confirmed that") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 10));
  auto reply = want(f, move_to(3));
  CHECK(reply.result == operation_result::done);
  REQUIRE(f.await_delivered(17));
  auto expected = up_to(10);
  for (auto x : up_to(10, 3))
    expected.push_back(x);
  CHECK(f.delivered(0) == expected);
  want(f, pause_all());
  f.produce(0, 10);
  CHECK(want(f, move_to(15)).result == operation_result::done);
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 15}});
  want(f, resume_all());
  REQUIRE(f.await_committed(0, 20));
  for (auto x : up_to(20, 15))
    expected.push_back(x);
  CHECK(f.delivered(0) == expected);
  CHECK(want(f, move_to(21)).text == "offset 21: the broker has 0 to 20");
  CHECK(f.events(event_kind::moved).size() == 2);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a partition whose move the broker refuses goes on from its "
          "watermark") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 10));
  f.cluster.inject(offset_commit, {metadata_too_large});
  auto reply = want(f, move_to(3));
  CHECK(reply.result == operation_result::not_confirmed);
  CHECK(reply.offset == 10);
  CHECK(f.events(event_kind::move_failed).size() == 1);
  f.produce(0, 2);
  REQUIRE(f.await_committed(0, 12));
  CHECK(f.delivered(0) == up_to(12));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 12}});
}

TEST_CASE("an operator gets past a record that fails, and its partition goes "
          "on") {
  group_fixture f;
  f.produce(0, 3);
  auto options = f.options();
  options.handler = f.noting([](const message_batch& x) {
    for (auto y : x)
      if (y.offset() == 1)
        return handler_answer::failed_at(1, "poison");
    return handler_answer::ack();
  });
  f.start(options);
  REQUIRE(f.await_status([](const group_status& x) {
    return !x.partitions.empty() && x.partitions[0].failing_offset == 1;
  }));
  CHECK(
    want(f, dispose_record{"t", 0, 2, failure_step::skip, "ann", "no"}).result
    == operation_result::not_failing);
  CHECK(
    want(f, dispose_record{"t", 0, 1, failure_step::skip, "ann", "no"}).result
    == operation_result::done);
  CHECK(f.await_committed(0, 3));
  CHECK(f.count(event_kind::record_skipped) == 1);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a partition is moved while a handler blocks, and its next call "
          "begins behind that one") {
  group_fixture f;
  f.produce(0, 3);
  door blocked;
  std::atomic<int> running = 0;
  std::atomic<bool> overlapped = false;
  auto options = f.options();
  options.config.drain_timeout = 100ms;
  options.handler = f.noting([&](const message_batch&) {
    overlapped = overlapped || ++running > 1;
    blocked.pass();
    --running;
    return handler_answer::ack();
  });
  f.start(options);
  REQUIRE(blocked.await_visitor());
  CHECK(want(f, move_to(1)).result == operation_result::done);
  CHECK(f.delivered().size() == 3);
  blocked.open();
  CHECK(f.await_committed(0, 3));
  CHECK(f.delivered(0) == std::vector<offset_t>{0, 1, 2, 1, 2});
  CHECK_FALSE(overlapped);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}
