// Restarts are used up; calls that are slow.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

void cannot_be_built_for_0(const handler_context& x) {
  if (x.identity.partition == 0)
    throw std::runtime_error{"poison"};
}

} // namespace

// -- exhaustion ---------------------------------------------------------------

TEST_CASE("a partition that used up its restarts stops and the others go on") {
  scripted_group g;
  g.config.restart_max = 2;
  g.append(0, 1);
  g.append(1, 1);
  g.handlers.on_build = cannot_be_built_for_0;
  g.start_manager();
  g.assign({0, 1});
  g.advance(10s);
  CHECK(g.count(event_kind::worker_failed) == 3);
  CHECK(g.count(event_kind::worker_exhausted) == 1);
  CHECK(g.last(event_kind::worker_exhausted).text == "poison");
  CHECK(g.status(0).state == partition_state::exhausted);
  CHECK(g.status(0).last_error == errc::handler_not_built);
  CHECK(g.status(0).health == partition_health::exhausted);
  CHECK_FALSE(g.status(0).healthy);
  g.append(0, 5);
  g.append(1, 1);
  g.advance(11min);
  CHECK(g.status(0).lag == 6);
  CHECK(g.count(event_kind::worker_failed) == 3);
  CHECK(g.handlers.offsets(1) == offsets{0, 1});
  CHECK(g.coordinator.done.empty()); // no rebalance because of it
}

TEST_CASE("the lag of a stopped partition grows where the end was reached") {
  scripted_group g;
  g.config.restart_max = 0;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.settle();
  REQUIRE(g.status(0).state == partition_state::exhausted);
  CHECK(g.status(0).lag == 0);
  g.append(0, 3);
  CHECK(g.status(0).lag == 3);
}

TEST_CASE("records of a stopped partition can still be acked") {
  scripted_group g;
  g.config.restart_max = 0;
  g.handlers.answer = no_ack;
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.settle();
  CHECK(g.ask_ack(0, {0}).watermark == 1);
  g.revoke({0});
  g.settle();
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 1}});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("stop-group drains, commits and ends with the exhausted partition") {
  scripted_group g;
  g.config.restart_max = 0;
  g.config.on_exhausted = exhaustion_policy::stop_group;
  g.append(0, 1);
  g.append(1, 2);
  g.handlers.on_build = cannot_be_built_for_0;
  g.start_manager();
  g.assign({1});
  g.settle();
  g.assign({0});
  g.settle();
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == errc::partition_exhausted);
  CHECK(text_of(*g.ended()) == "t/0: poison");
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{1, 2}});
  CHECK(g.coordinator.closes == 1);
  CHECK(g.handlers.log.back() == "destroyed 1");
}

// -- slow calls ---------------------------------------------------------------

TEST_CASE("a slow call is told again and again until it returns") {
  scripted_group g;
  g.config.handler_timeout = 10s;
  g.append(0, 1);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.advance(9s);
    CHECK(g.count(event_kind::handler_slow) == 0);
    CHECK(g.status(0).healthy);
    g.advance(1s);
    CHECK(g.count(event_kind::handler_slow) == 1);
    CHECK(g.last(event_kind::handler_slow).count == 10'000);
    CHECK(g.status(0).health == partition_health::handler_slow);
    g.advance(10s);
    CHECK(g.count(event_kind::handler_slow) == 2);
  };
  g.assign({0});
  g.settle();
  CHECK(g.status(0).healthy);
  g.advance(1min);
  CHECK(g.count(event_kind::handler_slow) == 2);
}

TEST_CASE("no call is slow where handler-timeout is off") {
  scripted_group g;
  g.config.handler_timeout = 0ms;
  g.append(0, 1);
  g.start_manager();
  g.handlers.during_call = [&] { g.advance(60min); };
  g.assign({0});
  g.settle();
  CHECK(g.count(event_kind::handler_slow) == 0);
}

// -- acks that do not come ----------------------------------------------------

TEST_CASE("acks that never come are told, and the partition is unhealthy") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.config.ack_timeout = 10s;
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.advance(9s);
  CHECK(g.count(event_kind::acks_overdue) == 0);
  CHECK(g.status(0).healthy);
  g.advance(3s);
  REQUIRE(g.count(event_kind::acks_overdue) == 1);
  CHECK(g.last(event_kind::acks_overdue).offset == 0);
  CHECK(g.last(event_kind::acks_overdue).count == 2);
  CHECK(g.status(0).health == partition_health::acks_overdue);
  CHECK_FALSE(g.status(0).healthy);
  g.advance(10s);
  CHECK(g.count(event_kind::acks_overdue) == 2);
  g.ack(0, 0);
  g.advance(2s);
  CHECK(g.status(0).healthy);
  CHECK(g.count(event_kind::worker_failed) == 0);
}

TEST_CASE("a call that runs with a full window has no ack overdue") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.append(0, 2);
  g.start_manager();
  g.handlers.during_call = [&] { g.advance(4min); };
  g.assign({0});
  g.settle();
  CHECK(g.count(event_kind::acks_overdue) == 0);
}

TEST_CASE("where ack-timeout is off no ack is overdue") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.config.ack_timeout = 0ms;
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.advance(60min);
  CHECK(g.count(event_kind::acks_overdue) == 0);
  CHECK(g.status(0).healthy);
}

// -- failures without an end --------------------------------------------------

TEST_CASE("an outage of ten minutes stops nothing for good") {
  scripted_group g;
  auto is_out = true;
  g.handlers.answer = [&](const message_batch&) {
    return is_out ? handler_answer::failed("no database")
                  : handler_answer::ack();
  };
  g.append(0, 3);
  g.append(1, 3);
  g.start_manager();
  g.assign({0, 1});
  g.advance(10min);
  CHECK(g.count(event_kind::worker_exhausted) == 0);
  CHECK(g.status(0).state == partition_state::backoff);
  is_out = false;
  g.advance(g.config.restart_backoff_max);
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(1).watermark == 3);
  CHECK(g.status(0).healthy);
  CHECK(g.worker_count() < 100);
}

TEST_CASE("a partition fails from its second failure on until it gets on") {
  scripted_group g;
  auto fails = true;
  g.handlers.answer = [&](const message_batch&) {
    return fails ? handler_answer::failed("poison") : handler_answer::ack();
  };
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  auto status = g.status(0);
  CHECK(status.healthy);
  CHECK(status.failures == 1);
  CHECK(status.next_try_ms == 100);
  g.advance(100ms);
  status = g.status(0);
  CHECK_FALSE(status.healthy);
  CHECK(status.health == partition_health::failing);
  CHECK(status.health_text
        == "offset 0 failed 2 times; handler_failed: poison");
  CHECK(status.next_try_ms > 0);
  fails = false;
  g.advance(1s);
  CHECK(g.status(0).healthy);
  CHECK(g.status(0).failures == 0);
  CHECK(g.status(0).next_try_ms == -1);
}
