#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// Throws once when it is given `offset`, then acks.
auto throws_once_at(offset_t offset) {
  auto thrown = std::make_shared<std::atomic<bool>>(false);
  return [=](const message_batch& batch) {
    if (batch.first_offset() <= offset && offset <= batch.last_offset()
        && !thrown->exchange(true))
      throw std::runtime_error("planned");
    return handler_answer::ack();
  };
}

/// Calls `f` where a handler begins or ends, in its constructor or in its
/// closing.
class hooked_handler : public message_handler {
public:
  using hook = std::function<void()>;
  hooked_handler(const hook& on_build, hook on_close)
    : on_close_(std::move(on_close)) {
    if (on_build)
      on_build();
  }
  handler_answer handle(const message_batch&) override {
    return handler_answer::ack();
  }
  void on_close(close_reason) override {
    if (on_close_)
      on_close_();
  }

private:
  hook on_close_;
};

handler_factory hooked(hooked_handler::hook on_build,
                       hooked_handler::hook on_close) {
  return [=](const handler_context&) {
    return std::make_unique<hooked_handler>(on_build, on_close);
  };
}

} // namespace

TEST_CASE("a member joins, commits what is acked and a second run resumes "
          "there") {
  group_fixture f{2};
  f.produce(0, 100);
  f.produce(1, 50);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_committed(0, 100));
  CHECK(f.await_committed(1, 50));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(100));
  CHECK(f.delivered(1) == up_to(50));
  CHECK(f.committed_at_broker(2)
        == std::map<partition_t, offset_t>{{0, 100}, {1, 50}});

  f.produce(0, 10);
  f.start(options);
  CHECK(f.await_committed(0, 110));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(110)); // nothing came twice
  CHECK(f.delivered(1) == up_to(50));
}

TEST_CASE("a stop commits what is acked, whatever the commit interval") {
  group_fixture f;
  f.produce(0, 100);
  auto options = f.options();
  options.config.commit_interval = 1h;
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_delivered(100));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 100}});
}

TEST_CASE("a handler that throws is restarted with what is not acked, and the "
          "other partition does not notice") {
  group_fixture f{2};
  f.produce(0, 100);
  f.produce(1, 100);
  auto options = f.options();
  options.config.batch_size = 10;
  auto fails = throws_once_at(45);
  options.handler = f.noting([fails](const message_batch& batch) {
    return batch.partition() == 0 ? fails(batch) : handler_answer::ack();
  });
  f.start(options);
  CHECK(f.await_committed(0, 100));
  CHECK(f.await_committed(1, 100));
  auto failed = f.events(event_kind::worker_failed);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].tp.partition == 0);
  CHECK(failed[0].code == errc::handler_failed);
  CHECK(failed[0].text == "planned");
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  auto seen = f.delivered(0);
  auto again = std::adjacent_find(seen.begin(), seen.end(),
                                  [](auto x, auto y) { return y <= x; });
  REQUIRE(again != seen.end());
  auto last = *again;
  auto first = *++again; // the batch that failed comes again, and no more
  CHECK(first <= 45);
  CHECK(last >= 45);
  CHECK(last - first < 10);
  CHECK(std::vector<offset_t>(seen.begin(), again) == up_to(last + 1));
  CHECK(std::vector<offset_t>(again, seen.end()) == up_to(100, first));
  CHECK(f.delivered(1) == up_to(100));
  CHECK(f.count(event_kind::revoked) == 2); // at the stop: no rebalance before
  for (auto& x : f.delivered())
    if (x.tp.partition == 0)
      CHECK(x.delivery_count <= 2);
}

TEST_CASE("the lag of a stopped partition follows the end at the broker") {
  group_fixture f{2};
  f.produce(0, 1);
  f.produce(1, 1);
  auto options = f.options();
  options.config.on_failure.retries = 0;
  options.config.on_failure.then = {failure_step::stop_partition};
  options.handler = f.noting([](const message_batch& batch) {
    return batch.partition() == 0 ? handler_answer::failed("poison")
                                  : handler_answer::ack();
  });
  f.start(options);
  REQUIRE(f.await_event(event_kind::worker_exhausted));
  f.produce(0, 10);
  f.produce(1, 10);
  CHECK(f.await_committed(1, 11)); // the other one goes on
  CHECK(f.await_status([](const group_status& status) {
    auto& x = status.partitions.at(0);
    return x.state == partition_state::exhausted && x.lag == 11;
  }));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.committed_at_broker(2)
        == std::map<partition_t, offset_t>{{0, 0}, {1, 11}});
}

TEST_CASE("a killed coordinator restarts the group, which resumes from the "
          "last commit") {
  group_fixture f;
  f.produce(0, 100);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 100));
  auto first = f.coordinators().front();
  caf::anon_send_exit(first, caf::exit_reason::kill);
  REQUIRE(f.await_event(event_kind::group_restarted));
  f.produce(0, 50);
  CHECK(f.await_committed(0, 150));
  CHECK(f.coordinators().size() == 2);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(150));
}

TEST_CASE("a broker that goes and comes back costs nothing and restarts "
          "nobody") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 10));
  f.cluster.set_broker_down(1);
  CHECK(f.await_event(event_kind::client_error));
  f.cluster.set_broker_up(1);
  f.produce(0, 10);
  CHECK(f.await_committed(0, 20));
  CHECK(f.await_event(event_kind::client_recovered));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(20));
  CHECK(f.count(event_kind::client_recovered) == 1);
  CHECK(f.count(event_kind::group_restarted) == 0);
  CHECK(f.count(event_kind::worker_failed) == 0);
}

TEST_CASE("errors that the broker answers to fetches and look-ups are "
          "overcome") {
  group_fixture f;
  f.produce(0, 100);
  // Kafka protocol: Fetch is 1, OffsetFetch 9; NOT_LEADER_FOR_PARTITION 6,
  // REQUEST_TIMED_OUT 7, COORDINATOR_LOAD_IN_PROGRESS 14, NOT_COORDINATOR 16.
  f.cluster.inject(1, {6, 7, 6});
  f.cluster.inject(9, {14, 16});
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_committed(0, 100));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(100));
}

TEST_CASE("a commit that is answered by a retriable error is sent again with "
          "the newest watermark") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 0)); // the resolved start
  // OffsetCommit is 8; REBALANCE_IN_PROGRESS 27 is reported, not retried
  // inside.
  f.cluster.inject(8, {27});
  f.produce(0, 10);
  REQUIRE(f.await_event(event_kind::commit_failed));
  f.produce(0, 10);
  CHECK(f.await_committed(0, 20));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  offset_t last = -1;
  for (auto& x : f.events(event_kind::committed)) {
    CHECK(x.offset >= last);
    last = x.offset;
  }
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 20}});
}

TEST_CASE("what a member held that the group forgot while it joined is lost, "
          "and goes on from the last commit") {
  group_fixture f;
  f.produce(0, 100);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, 100));
  // Kafka protocol: JoinGroup is 11, Heartbeat 12; UNKNOWN_MEMBER_ID 25,
  // REBALANCE_IN_PROGRESS 27.
  f.cluster.inject(11, {25});
  f.cluster.inject(12, {27});
  REQUIRE(f.await_event(event_kind::lost));
  f.produce(0, 50);
  CHECK(f.await_committed(0, 150));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(150));
  CHECK(f.count(event_kind::group_restarted) == 0);
  CHECK(f.count(event_kind::revoked) == 1); // at the stop
}

TEST_CASE("an authorization error ends the group with its cause") {
  group_fixture f;
  f.cluster.inject(9, {30}); // OffsetFetch: GROUP_AUTHORIZATION_FAILED
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(code_of(f.await_end()) == errc::authorization);
  CHECK(f.count(event_kind::group_restarted) == 0);
  CHECK(f.count(event_kind::supervisor_gave_up) == 1);
}

TEST_CASE("a group that is stopped before its first assignment ends at once") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.count(event_kind::assigned) == 0);
}

TEST_CASE("a stop with a blocked handler call ends after stop-timeout and "
          "says so") {
  group_fixture f;
  f.produce(0, 1);
  door blocked;
  auto options = f.options();
  options.config.stop_timeout = 100ms;
  options.handler = f.noting([&](const message_batch&) {
    blocked.pass();
    return handler_answer::ack();
  });
  f.start(options);
  REQUIRE(blocked.await_visitor());
  CHECK(code_of(f.stop()) == errc::calls_outlived_stop);
  CHECK(f.count(event_kind::drain_expired) == 1);
  auto expired = f.events(event_kind::stop_expired);
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].count == 1);
  blocked.open();
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 0}});
}

TEST_CASE("a stop does not wait for a blocked constructor or closing for "
          "longer than stop-timeout") {
  group_fixture f;
  f.produce(0, 1);
  door blocked;
  auto pass = [&] { blocked.pass(); };
  auto in_constructor = GENERATE(true, false);
  auto options = f.options();
  options.config.stop_timeout = 100ms;
  options.handler = in_constructor ? hooked(pass, {}) : hooked({}, pass);
  f.start(options);
  if (in_constructor)
    REQUIRE(blocked.await_visitor());
  else
    REQUIRE(f.await_committed(0, 1));
  CHECK(code_of(f.stop()) == errc::calls_outlived_stop);
  blocked.open();
}
