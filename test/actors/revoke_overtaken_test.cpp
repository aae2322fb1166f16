// Revocations that meet: a newer one, a loss, a stop; and what comes late.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;
using lines = std::vector<std::string>;

/// Two partitions with two records each that wait for explicit acks.
void hand_out(scripted_group& g) {
  g.handlers.answer = no_ack;
  g.append(0, 2);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
}

} // namespace

// -- lost ---------------------------------------------------------------------

TEST_CASE("a lost partition is fenced at once without drain or commit") {
  scripted_group g;
  g.append(0, 2);
  g.start_manager();
  generation before;
  g.handlers.during_call = [&] {
    before = g.gen(0);
    g.lose({0});
    g.settle();
    CHECK(g.coordinator.done.size() == 1);
    CHECK(g.status().partitions.empty());
    CHECK(g.last(event_kind::lost).offset == 0);
    CHECK(g.registry->raise(tp(0)).value == before.value + 2);
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 lost",
                 "destroyed 0"});
  CHECK(g.coordinator.commits.empty());
  g.advance(1min);
  CHECK(g.coordinator.commits.empty());
}

TEST_CASE("a call of a lost partition that waits for its thread never begins") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.jobs_wait = true;
  g.append(0, 1);
  g.settle();
  g.lose({0});
  g.actors.run_first(*g.coordinator.manager);
  g.jobs_wait = false;
  manual_executor::run_one(g.jobs); // the worker has heard of nothing
  CHECK(g.handlers.calls.empty());
  g.settle();
  CHECK(g.handlers.log == lines{"built 0", "closed 0 lost", "destroyed 0"});
}

TEST_CASE("a handler is closed before the next generation's is built") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.lose({0});
  g.assign({0});
  g.settle(); // the manager takes both before the worker hears of any
  CHECK(g.handlers.log[1] == "closed 0 failed");
  CHECK(g.handlers.log[2] == "destroyed 0");
  CHECK(g.handlers.log[3] == "built 0");
  CHECK(g.handlers.log.size() == 4);
}

TEST_CASE("partitions that stay are not touched by a loss") {
  scripted_group g;
  hand_out(g);
  g.lose({0});
  g.settle();
  g.append(1, 1);
  g.settle();
  CHECK(g.handlers.offsets(1) == offsets{0, 1, 2});
}

TEST_CASE("a loss of what is not held is answered") {
  scripted_group g;
  g.start_manager();
  g.lose({0});
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("a loss during a drain ends it and only the loss is answered") {
  scripted_group g;
  hand_out(g);
  g.revoke({0, 1});
  g.advance(1s);
  CHECK(g.coordinator.done.empty());
  g.lose({0, 1});
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(g.coordinator.commits.empty());
  g.advance(1min);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.count(event_kind::drain_expired) == 0);
}

TEST_CASE("a loss while the last commit is in flight does not wait for it") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.revoke({0});
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 1);
  g.lose({0});
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  g.answer_commit({errc::stale_membership, "gone"});
  g.advance(1min);
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a loss of one of two draining partitions lets the other drain on") {
  scripted_group g;
  hand_out(g);
  g.revoke({0, 1});
  g.settle();
  g.lose({0});
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.ack(1, 1);
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(g.last_commit() == positions{{1, 2}});
}

// -- a newer revocation -------------------------------------------------------

TEST_CASE("a newer revocation overtakes and only it is answered") {
  scripted_group g;
  hand_out(g);
  g.revoke({0});
  g.advance(5s);
  g.revoke({0, 1});
  g.settle();
  g.ack(0, 1);
  g.ack(1, 0);
  g.settle();
  CHECK(g.coordinator.done.empty());
  g.ack(1, 1);
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(g.last_commit() == positions{{0, 2}, {1, 2}});
}

TEST_CASE("a newer revocation prolongs no drain and shortens none") {
  scripted_group g;
  hand_out(g);
  g.revoke({0});
  g.advance(5s);
  g.revoke({0, 1});
  g.advance(5s);
  CHECK(g.count(event_kind::drain_expired) == 1);
  CHECK(g.last(event_kind::drain_expired).tp == tp(0));
  CHECK(g.coordinator.done.empty());
  g.advance(5s);
  CHECK(g.count(event_kind::drain_expired) == 2);
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("a revocation during the last commit of another commits its own") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 2);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0});
  g.settle();
  REQUIRE(g.last_commit() == positions{{0, 2}});
  g.revoke({1});
  g.advance(1s);
  g.answer_commit();
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{1, 2}});
  CHECK(g.coordinator.done.empty());
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("the commit limit of an overtaken revocation ends nothing early") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 2);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0});
  g.advance(4s);
  g.revoke({1});
  g.advance(4s);
  CHECK(g.coordinator.done.empty());
  g.advance(1s);
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("a revocation of an older rebalance is dropped and counted") {
  scripted_group g;
  hand_out(g);
  g.send_to_manager(actors::assignments_revoked{{0}, {tp(0)}, false});
  g.send_to_manager(actors::assignments_revoked{{0}, {tp(0)}, true});
  g.settle();
  CHECK(g.status().partitions.size() == 2);
  CHECK(g.status().stale_dropped == 2);
  CHECK(g.coordinator.done.empty());
}

TEST_CASE("a revocation of nothing is answered at once") {
  scripted_group g;
  g.start_manager();
  g.revoke({7});
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

// -- what comes late ----------------------------------------------------------

TEST_CASE("messages of an ended worker are dropped and counted") {
  scripted_group g;
  hand_out(g);
  g.kill_worker(0);
  g.advance(100ms);
  actors::worker_id old{tp(0), g.gen(0), 1};
  auto what = std::make_shared<core::delivery>(
    record_block::builder{}.add(7, "", "").finish());
  g.report(actors::worker_ready{old});
  g.report(actors::source_drained{old, {what, 8}});
  g.report(actors::call_ended{old, handler_answer::kind::ack, {7, 8}, 7});
  g.report(actors::source_drained{old, {nullptr, 50}, true});
  g.report(actors::call_begun{old});
  g.report(actors::worker_drained{old});
  g.report(actors::handler_built{old});
  g.report(actors::incarnation_failed{old, errc::source_failed, "late"});
  g.report(actors::incarnation_failed{old, errc::handler_failed, "late",
                                      core::failed_call{{0, 2}, 2, 0, {}}});
  g.settle();
  CHECK(g.status().stale_dropped == 9);
  CHECK(g.count(event_kind::worker_failed) == 1);
  CHECK(g.count(event_kind::record_failed) == 0);
  CHECK(g.status(0).state == partition_state::running);
  CHECK(g.status(0).position == 2);
  CHECK(g.status(0).watermark == 0);
  CHECK(g.count(event_kind::reset) == 0);
  CHECK(g.handlers.offsets(0) == offsets{0, 1, 0, 1});
}

TEST_CASE("messages of an older generation are dropped and counted") {
  scripted_group g;
  hand_out(g);
  actors::worker_id old{tp(0), g.gen(0), 1};
  g.lose({0});
  g.settle();
  g.report(actors::worker_ready{old}); // not held at all
  g.assign({0});
  g.settle();
  g.report(actors::worker_drained{old});
  g.report(actors::source_drained{old, {}, true});
  g.report(actors::incarnation_failed{old, errc::source_failed, "late"});
  g.send_to_manager(actors::backoff_elapsed{tp(0), old.generation});
  g.send_to_manager(
    actors::range_result{tp(0), old.generation, offset_range{50, 60}});
  g.send_to_manager(actors::ask_range_again{tp(0), old.generation});
  g.settle();
  CHECK(g.status().stale_dropped == 7);
  CHECK(g.status(0).state == partition_state::running);
}

TEST_CASE("what the leader holds is void when nobody doubts the position any "
          "more, and counted") {
  scripted_group g;
  hand_out(g);
  g.send_to_manager(
    actors::range_result{tp(0), g.gen(0), offset_range{50, 60}});
  g.send_to_manager(actors::ask_range_again{tp(0), g.gen(0)});
  g.settle();
  CHECK(g.status().stale_dropped == 2);
  CHECK(g.coordinator.ranges_asked == 0);
  CHECK(g.count(event_kind::reset) == 0);
}

TEST_CASE("the end of a backoff counts once, and not before its time") {
  scripted_group g;
  hand_out(g);
  g.kill_worker(0);
  g.settle();
  REQUIRE(g.status(0).state == partition_state::backoff);
  g.send_to_manager(actors::backoff_elapsed{tp(0), g.gen(0)});
  g.settle();
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(g.status().stale_dropped == 1);
  g.advance(100ms);
  CHECK(g.status(0).state == partition_state::running);
  g.send_to_manager(actors::backoff_elapsed{tp(0), g.gen(0)});
  g.settle();
  CHECK(g.status().stale_dropped == 2);
  CHECK(g.count(event_kind::worker_started) == 3); // of two partitions
}
