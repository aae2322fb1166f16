// A supervised group stops, and what outlives its stop.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;

bool ended_orderly(const scripted_group& g) {
  return g.ended() && *g.ended() == caf::exit_reason::user_shutdown;
}

} // namespace

TEST_CASE("a supervised group stops in order") {
  auto by_exit_message = GENERATE(false, true);
  scripted_group g;
  g.append(0, 2);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  if (by_exit_message)
    g.send_exit(caf::exit_reason::user_shutdown);
  else
    g.stop();
  g.settle();
  CHECK(g.last_commit() == positions{{0, 2}});
  CHECK(g.coordinator.closes == 1);
  CHECK(ended_orderly(g));
  CHECK(g.end_told);
  CHECK(g.incarnations == 1);
  CHECK(g.count(event_kind::stop_expired) == 0);
  CHECK(g.count(event_kind::group_restarted) == 0);
}

TEST_CASE("the name of a group is free when its end is heard of") {
  scripted_group g;
  g.start_supervisor();
  g.assign({0});
  g.settle();
  std::optional<bool> was_free;
  caf::actor_cast<caf::abstract_actor*>(g.front())->attach_functor(
    [&] { was_free = g.end_told; });
  g.stop();
  g.settle();
  REQUIRE(ended_orderly(g));
  CHECK(was_free == true);
}

TEST_CASE("a stop waits for the end of the client") {
  scripted_group g;
  g.coordinator.closes_clients = false;
  g.start_supervisor();
  g.stop();
  g.advance(1s);
  CHECK_FALSE(g.ended());
  g.coordinator.closed();
  g.settle();
  CHECK(ended_orderly(g));
}

TEST_CASE("acks from on_close count on their way through the supervisor") {
  auto by_revoke = GENERATE(false, true);
  scripted_group g;
  g.append(0, 2);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::ack_through(0);
  };
  g.handlers.on_close = [&](close_reason) { g.ack(0, 1); };
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.jobs_wait = true;
  if (by_revoke)
    g.revoke({0});
  else
    g.stop();
  g.settle();
  manual_executor::run_one(g.jobs);
  // The supervisor is the last of all to run.
  g.actors.run_first(g.worker(0));
  g.actors.run_first(*g.coordinator.manager);
  g.settle();
  CHECK(g.last_commit() == positions{{0, 2}});
}

TEST_CASE("a call that outlives stop-timeout is told and not waited for") {
  scripted_group g;
  g.append(0, 2);
  g.append(1, 1);
  g.start_supervisor();
  g.handlers.during_call = [&] {
    g.settle();
    g.stop();
    g.advance(29'999ms);
    CHECK_FALSE(g.ended());
    g.advance(1ms);
    REQUIRE(g.ended());
    CHECK(code_of(*g.ended()) == errc::calls_outlived_stop);
    CHECK(text_of(*g.ended()) == "1 handler calls run on after stop-timeout");
    CHECK(g.count(event_kind::drain_expired) == 1);
    CHECK(g.last(event_kind::stop_expired).count == 1);
    CHECK(g.last_commit() == positions{{1, 1}});
    CHECK(g.coordinator.closes == 1);
    CHECK(g.end_told);
  };
  g.assign({0, 1});
  g.settle();
  REQUIRE(g.ended());
  CHECK(g.handlers.log.back() == "destroyed 0");
}

TEST_CASE("a call that returns before stop-timeout lets the group end") {
  scripted_group g;
  g.append(0, 2);
  g.start_supervisor();
  g.handlers.during_call = [&] {
    g.stop();
    g.advance(29s);
  };
  g.assign({0});
  g.settle();
  CHECK(ended_orderly(g));
  CHECK(g.count(event_kind::stop_expired) == 0);
}

TEST_CASE(
  "a handler that is closed when stop-timeout passes outlived nothing") {
  scripted_group g;
  g.coordinator.closes_clients = false;
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.stop();
  g.settle();
  g.coordinator.closed();
  // The deadline is in the mailbox before the strands' idleness is.
  g.actors.advance(30s, [] {});
  g.settle();
  CHECK(ended_orderly(g));
  CHECK(g.count(event_kind::stop_expired) == 0);
}

TEST_CASE("actors that do not end are killed when all their bounds are over") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.coordinator.ignores_close = true;
  g.start_supervisor();
  g.stop();
  g.advance(44s);
  CHECK_FALSE(g.ended());
  g.advance(1s);
  CHECK(g.ended());
  CHECK(g.end_told);
}

TEST_CASE("a stop while the group is being restarted ends it") {
  auto when = GENERATE("clearing", "backing off");
  scripted_group g;
  g.coordinator.closes_clients = false;
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.end_coordinator();
  g.settle();
  if (when == std::string{"backing off"})
    g.coordinator.closed();
  g.settle();
  g.stop();
  g.settle();
  if (when == std::string{"clearing"}) {
    CHECK_FALSE(g.ended());
    g.coordinator.closed();
    g.settle();
  }
  CHECK(ended_orderly(g));
  g.advance(1min);
  CHECK(g.incarnations == 1);
}

TEST_CASE("a child that dies during a stop does not start the group again") {
  auto is_manager = GENERATE(false, true);
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.stop();
  g.settle();
  if (is_manager)
    g.kill_manager();
  else
    g.end_coordinator();
  g.advance(1min);
  CHECK(ended_orderly(g));
  CHECK(g.incarnations == 1);
}
