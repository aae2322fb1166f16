// The group stops: a revocation of everything, then the client closes.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;

bool ended_orderly(const scripted_group& g) {
  return g.ended() && *g.ended() == caf::exit_reason::user_shutdown;
}

} // namespace

TEST_CASE("a stop drains, commits, closes the client and ends") {
  scripted_group g;
  g.append(0, 2);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.stop();
    g.append(0, 3);
    g.advance(20s);
    CHECK(g.status().state == group_state::stopping);
    CHECK(g.coordinator.closes == 0);
    CHECK_FALSE(g.ended());
  };
  g.assign({0, 1});
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1});
  CHECK(g.handlers.log.back() == "destroyed 0");
  CHECK(g.last_commit() == positions{{0, 2}});
  CHECK(g.coordinator.closes == 1);
  CHECK(g.coordinator.done.empty()); // no rebalance asked for it
  CHECK(ended_orderly(g));
}

TEST_CASE("handlers hear that the group stops") {
  scripted_group g;
  g.handlers.on_close = [&](close_reason why) {
    CHECK(why == close_reason::stopped);
    g.ack(0, 1);
  };
  g.handlers.answer = no_ack;
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.stop();
  g.settle();
  CHECK(g.last_commit() == positions{{0, 2}});
  CHECK(ended_orderly(g));
}

TEST_CASE("a stop without partitions or with a second stop ends all the same") {
  scripted_group g;
  g.start_manager();
  g.stop();
  g.stop();
  g.settle();
  CHECK(g.coordinator.closes == 1);
  CHECK(ended_orderly(g));
}

TEST_CASE("a stop in each state of a partition ends") {
  auto state = GENERATE(partition_state::starting, partition_state::backoff,
                        partition_state::moving, partition_state::exhausted);
  scripted_group g;
  g.append(0, 1);
  g.coordinator.answers_seeks = false;
  g.config.restart_max = state == partition_state::exhausted ? 0 : 10;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::continue_without_ack();
  };
  g.start_manager();
  g.jobs_wait = state == partition_state::starting;
  g.assign({0});
  g.settle();
  if (state != partition_state::starting)
    g.kill_worker(0);
  g.advance(state == partition_state::moving ? 100ms : 0ms);
  REQUIRE(g.status(0).state == state);
  g.stop();
  g.jobs_wait = false;
  g.settle();
  CHECK(ended_orderly(g));
  CHECK(g.handlers.offsets().size() <= 1);
}

TEST_CASE("a stop during a reset ends") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.log(0).out_of_range = true;
  g.wake(0);
  g.settle();
  g.stop();
  g.settle();
  CHECK(ended_orderly(g));
}

TEST_CASE("a stop finishes a revocation that runs and answers it") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0});
  g.advance(1s);
  g.stop();
  g.advance(9s);
  // The revocation's deadline holds for its partition, the stop's for the
  // other.
  CHECK(g.count(event_kind::drain_expired) == 1);
  CHECK(g.last(event_kind::drain_expired).tp == tp(0));
  CHECK_FALSE(g.ended());
  g.ack(1, 0);
  g.settle();
  CHECK(g.last_commit() == positions{{1, 1}});
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(ended_orderly(g));
}

TEST_CASE("a revocation during a stop keeps its own deadline") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.stop();
  g.advance(1s);
  g.revoke({0});
  g.advance(10s);
  CHECK(g.count(event_kind::drain_expired) == 1);
  g.advance(18s);
  CHECK(g.count(event_kind::drain_expired) == 1);
  g.advance(1s);
  CHECK(g.count(event_kind::drain_expired) == 2);
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(ended_orderly(g));
}

TEST_CASE("what is assigned during a stop is not started") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.stop();
  g.settle();
  g.assign({1});
  g.settle();
  CHECK(g.worker_count() == 1);
  g.answer_commit();
  g.settle();
  CHECK(ended_orderly(g));
}

TEST_CASE("a commit in flight is waited for at a stop but not for ever") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  g.stop();
  g.advance(4999ms);
  CHECK_FALSE(g.ended());
  g.advance(1ms);
  CHECK(ended_orderly(g));
}

TEST_CASE("a manager ends with the cause of its coordinator") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.end_coordinator(make_error(errc::authorization, "topic denied"));
  g.settle();
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == errc::authorization);
  CHECK(g.handlers.log.back() == "destroyed 0");
}
