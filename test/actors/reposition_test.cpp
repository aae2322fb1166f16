// The position is moved: seeks after continued or lost records, resets when it
// is out of range, and failures of the source.

#include "core/lost_position.hpp"
#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

handler_answer continued(const message_batch&) {
  return handler_answer::continue_without_ack();
}

const kafka::error no_leader{errc::timed_out, "no leader", false, true};

void answer_seek(scripted_group& g, const kafka::error& failure = {}) {
  auto& x = g.coordinator.seeks.back();
  g.send_to_manager(actors::seek_done{x.tp, x.generation, x.id, failure});
}

/// Three records are delivered and continued; then the worker dies.
void continue_and_die(scripted_group& g) {
  g.handlers.answer = continued;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1});
  g.settle();
  g.kill_worker(0);
  g.settle();
  g.handlers.answer = nullptr;
  g.handlers.calls.clear();
}

/// The position of partition 0 is lost after two records that nobody acked.
void lose_position(scripted_group& g) {
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.handlers.answer = nullptr;
  g.log(0).start = 50;
  g.log(0).end = 100;
  g.log(0).records = {{50, 1}, {51, 1}};
  g.log(0).out_of_range = true;
  g.wake(0);
}

} // namespace

// -- seeks --------------------------------------------------------------------

TEST_CASE("continued records make one seek to the watermark at a restart") {
  scripted_group g;
  continue_and_die(g);
  g.advance(100ms);
  REQUIRE(g.coordinator.seeks.size() == 1);
  CHECK(g.coordinator.seeks[0].offset == 0);
  CHECK_FALSE(g.coordinator.seeks[0].revive);
  CHECK(g.coordinator.seeks[0].generation == g.gen(0));
  // What was acked on its own does not come again.
  CHECK(g.handlers.offsets() == offsets{0, 2});
  CHECK(g.status(0).watermark == 3);
  CHECK(g.count(event_kind::worker_restarted) == 1);
  g.kill_worker(0);
  g.advance(1s);
  CHECK(g.coordinator.seeks.size() == 1);
}

TEST_CASE("no worker starts before the seek is done") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  continue_and_die(g);
  g.advance(10s);
  CHECK(g.status(0).state == partition_state::moving);
  CHECK(g.worker_count() == 1);
  answer_seek(g);
  g.settle();
  CHECK(g.worker_count() == 2);
  CHECK(g.handlers.offsets() == offsets{0, 2});
  answer_seek(g); // once more: it is dropped and counted
  g.settle();
  CHECK(g.worker_count() == 2);
  CHECK(g.status().stale_dropped == 1);
}

TEST_CASE("a seek that fails is tried again and nothing is skipped") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  auto moves = std::exchange(g.coordinator.on_seek, {});
  continue_and_die(g);
  g.advance(100ms);
  answer_seek(g, no_leader);
  g.settle();
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(g.last(event_kind::worker_failed).code == errc::source_failed);
  CHECK(g.last(event_kind::worker_failed).text == "no leader");
  g.coordinator.answers_seeks = true;
  g.coordinator.on_seek = moves;
  g.advance(200ms);
  REQUIRE(g.coordinator.seeks.size() == 2);
  CHECK(g.coordinator.seeks[1].offset == 0);
  CHECK(g.handlers.offsets() == offsets{0, 2});
}

TEST_CASE("a partition that is given back while it seeks waits for nothing") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  continue_and_die(g);
  g.advance(100ms);
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
  answer_seek(g);
  g.settle();
  CHECK(g.worker_count() == 1);
  CHECK(g.status().stale_dropped == 1);
}

TEST_CASE("a seek of an older generation does not start a worker") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  continue_and_die(g);
  g.advance(100ms);
  g.revoke({0});
  g.settle();
  g.assign({0}, 2);
  g.jobs_wait = true;
  g.settle();
  answer_seek(g, no_leader);
  g.settle();
  CHECK(g.status(0).state == partition_state::starting);
  CHECK(g.status(0).last_error == errc::none);
}

// -- the source fails ---------------------------------------------------------

TEST_CASE("a failure of the source fails the worker and loses no record") {
  scripted_group g;
  g.append(0, 2);
  g.log(0).error = "unknown partition";
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.last(event_kind::worker_failed).code == errc::source_failed);
  CHECK(g.last(event_kind::worker_failed).text == "unknown partition");
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE(
  "a drain that throws took nothing, and the next incarnation goes on there") {
  scripted_group g;
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.log(0).throws = true;
  g.append(0, 2);
  g.settle();
  CHECK(g.last(event_kind::worker_failed).code == errc::source_failed);
  g.advance(100ms);
  CHECK(g.coordinator.seeks.empty());
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
}

TEST_CASE("records that were drained and that nobody heard of are sought") {
  scripted_group g;
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.log(0).loses = true;
  g.append(0, 2);
  g.settle();
  g.kill_worker(0);
  g.advance(100ms);
  REQUIRE(g.coordinator.seeks.size() == 1);
  CHECK(g.coordinator.seeks[0].offset == 2);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
}

TEST_CASE("records that come with an error behind them are handled") {
  auto acks = GENERATE(true, false);
  scripted_group g;
  if (!acks)
    g.handlers.answer = [](auto&) { return handler_answer::no_ack(); };
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.log(0).error = "no right to read";
  g.log(0).fails_behind = true;
  g.append(0, 2);
  g.settle();
  CHECK(g.last(event_kind::worker_failed).text == "no right to read");
  g.append(0, 2);
  g.advance(100ms);
  CHECK(
    g.handlers.offsets()
    == (acks ? offsets{0, 1, 2, 3, 4, 5} : offsets{0, 1, 0, 1, 2, 3, 4, 5}));
  CHECK(g.coordinator.seeks.empty());
  CHECK(g.status(0).watermark == (acks ? 6 : 0));
}

// -- out of range -------------------------------------------------------------

TEST_CASE("a position beyond the end is told while it is asked for again") {
  scripted_group g;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.coordinator.find_range = [&](const actors::range_request& x) {
    return actors::range_result{x.tp, g.gen(0), offset_range{0, 3}};
  };
  g.log(0).out_of_range = true;
  g.wake(0);
  g.advance(5s);
  REQUIRE(g.count(event_kind::partition_waits) == 1);
  CHECK(g.last(event_kind::partition_waits).text
        == "a broker refused its position, and its leader has 0 to 3");
  CHECK(g.count(event_kind::reset) == 0);
}

TEST_CASE("a lost position is reset where offset-reset-policy says") {
  auto [policy, logical, begin]
    = GENERATE(table<offset_reset_policy, offset_t, offset_t>({
      {offset_reset_policy::reset_to_earliest, kafka::offset_earliest, 50},
      {offset_reset_policy::reset_to_latest, kafka::offset_latest, 100},
    }));
  scripted_group g;
  g.config.offset_reset_policy = policy;
  lose_position(g);
  auto before = g.gen(0);
  g.settle();
  REQUIRE(g.coordinator.seeks.size() == 1);
  CHECK(g.coordinator.seeks[0].revive);
  CHECK(g.coordinator.seeks[0].offset == logical);
  auto& reset = g.last(event_kind::reset);
  CHECK(reset.offset == 2);
  CHECK(reset.text
        == (logical == kafka::offset_earliest
              ? "reset-to-earliest: it goes on at 50"
              : "reset-to-latest: it goes on at 100"));
  CHECK(reset.generation > before);
  CHECK(g.status(0).generation == reset.generation);
  CHECK(g.last(event_kind::begin_resolved).offset == begin);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, begin}});
  CHECK(g.handlers.log[3] == "closed 0 reset");
  CHECK(g.status(0).restarts == 0);
  g.ack(0, before, 1);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "stale_generation");
}

TEST_CASE("a position that the leader holds is not reset but fetched again") {
  scripted_group g;
  lose_position(g);
  g.log(0).start = 0; // another broker was asked
  g.log(0).records = {{0, 1}, {1, 1}, {2, 1}};
  g.settle();
  REQUIRE(g.coordinator.seeks.size() == 1);
  CHECK(g.coordinator.seeks[0].revive);
  CHECK(g.coordinator.seeks[0].offset == 2); // its worker reads on there
  CHECK(g.status(0).state == partition_state::running);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
  CHECK(g.count(event_kind::reset) == 0);
  CHECK(g.count(event_kind::worker_failed) == 0);
}

TEST_CASE("a move that fails under a worker that lives ends it, and is told") {
  scripted_group g;
  g.coordinator.answers_seeks = false;
  lose_position(g);
  g.log(0).start = 0;
  g.log(0).records = {{0, 1}, {1, 1}, {2, 1}};
  g.settle();
  REQUIRE(g.status(0).state == partition_state::moving);
  answer_seek(g, no_leader);
  g.settle();
  CHECK(g.last(event_kind::client_error).tp == tp(0));
  CHECK(g.status(0).state == partition_state::backoff);
  g.coordinator.answers_seeks = true;
  g.advance(100ms);
  REQUIRE(g.coordinator.seeks.size() == 2);
  CHECK(g.coordinator.seeks[1].revive);
  CHECK(g.coordinator.seeks[1].offset == 0); // the watermark
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1, 2});
}

TEST_CASE("an end below the position is asked for again until it is believed") {
  auto is_found = GENERATE(true, false);
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  lose_position(g);
  g.log(0).start = 0;
  offset_t end = 1; // of a broker that takes itself for the leader
  g.coordinator.find_range = [&](const actors::range_request& x) {
    return actors::range_result{x.tp, g.gen(0), offset_range{0, end}};
  };
  g.log(0).records = {{0, 1}, {1, 1}, {2, 1}};
  g.settle();
  g.advance(1s);
  CHECK(g.coordinator.ranges_asked == 2);
  CHECK(g.coordinator.seeks.empty());
  if (is_found)
    end = 100;
  for (int i = 0; i < core::beyond_end_max; ++i)
    g.advance(1s);
  CHECK(g.count(event_kind::reset) == (is_found ? 0u : 1u));
  CHECK(g.coordinator.seeks.size() == 1);
}

TEST_CASE("the leader is not asked any more about a partition that stopped") {
  scripted_group g;
  g.config.restart_max = 0;
  lose_position(g);
  g.coordinator.find_range = [&](const actors::range_request& x) {
    return actors::range_result{x.tp, g.gen(0), std::nullopt};
  };
  g.settle();
  g.kill_worker(0);
  g.settle();
  REQUIRE(g.status(0).state == partition_state::exhausted);
  auto asked = g.coordinator.ranges_asked;
  CHECK(asked == 1);
  g.advance(1min);
  CHECK(g.coordinator.ranges_asked == asked);
}

TEST_CASE("after a reset the records from there on are delivered") {
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  lose_position(g);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 50, 51});
  CHECK(g.handlers.calls.back().generation == g.gen(0));
  CHECK(g.handlers.calls.back().delivery_count == 1);
}

TEST_CASE("a reset that fails is tried again with backoff") {
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  g.coordinator.answers_seeks = false;
  lose_position(g);
  g.settle();
  CHECK(g.status(0).state == partition_state::moving);
  answer_seek(g, no_leader);
  g.settle();
  CHECK(g.status(0).state == partition_state::backoff);
  g.coordinator.answers_seeks = true;
  g.advance(100ms);
  REQUIRE(g.coordinator.seeks.size() == 2);
  CHECK(g.coordinator.seeks[1].revive);
  CHECK(g.coordinator.seeks[1].offset == kafka::offset_earliest);
  CHECK(g.handlers.offsets() == offsets{0, 1, 50, 51});
}

TEST_CASE("a reset waits for the worker of the generation before it") {
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  lose_position(g);
  // The fenced worker stays in its mailbox queue while all else happens.
  manual_executor::run_one(g.jobs); // the source is read
  for (int i = 0; i < 2; ++i) {     // what the leader holds, then the reset
    g.actors.run_first(*g.coordinator.manager);
    g.actors.run_first(*g.coordinator.self);
  }
  CHECK(g.count(event_kind::reset) == 1);
  CHECK(g.coordinator.seeks.empty());
  CHECK(g.worker_count() == 1);
  g.settle();
  CHECK(g.coordinator.seeks.size() == 1);
  CHECK(g.worker_count() == 2);
  CHECK(g.handlers.offsets() == offsets{0, 1, 50, 51});
}

TEST_CASE("a call that runs at a reset has no effect on the new generation") {
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  g.append(0, 2);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.report(actors::source_drained{{tp(0), g.gen(0), 1}, {}, true});
    g.log(0).start = 50;
    g.log(0).end = 51;
    g.log(0).records = {{50, 1}};
    g.advance(1s);
    CHECK(g.handlers.log.size() == 2);
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log
        == std::vector<std::string>{"built 0", "called 0", "returned 0",
                                    "closed 0 reset", "destroyed 0", "built 0",
                                    "called 0", "returned 0"});
  CHECK(g.status(0).watermark == 51);
}

TEST_CASE("a position is moved only when nobody reads there any more") {
  scripted_group g;
  g.config.offset_reset_policy = offset_reset_policy::reset_to_earliest;
  lose_position(g);
  auto on_seek = g.coordinator.on_seek;
  auto was_read = true;
  g.coordinator.on_seek = [&](const actors::seek_request& x) {
    was_read = g.source(0).has_reader();
    on_seek(x);
  };
  g.settle();
  CHECK(g.count(event_kind::reset) == 1);
  CHECK_FALSE(was_read);
}

TEST_CASE("a partition that is given back is not reset") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.revoke({0});
    g.report(actors::source_drained{{tp(0), g.gen(0), 1}, {}, true});
    g.actors.run();
  };
  g.assign({0});
  g.settle();
  CHECK(g.count(event_kind::reset) == 0);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 1}});
}

// -- logical begins -----------------------------------------------------------

TEST_CASE("a logical begin is told and committed as soon as it is resolved") {
  scripted_group g;
  g.append(0, 4);
  g.start_manager();
  g.assign_new({0}, kafka::offset_latest);
  g.jobs_wait = true;
  g.settle();
  CHECK(g.status(0).watermark == -1);
  CHECK(g.status(0).position == -1);
  CHECK(g.ask_ack(0, {3}).result == ack_result::beyond_delivered);
  g.jobs_wait = false;
  g.settle();
  CHECK(g.last(event_kind::begin_resolved).offset == 4);
  CHECK(g.last_commit() == std::map<partition_t, offset_t>{{0, 4}});
  CHECK(g.status(0).committed == 4);
}

TEST_CASE(
  "a begin that is a number is committed at once unless it was before") {
  auto is_new = GENERATE(false, true);
  scripted_group g;
  g.start_manager();
  if (is_new)
    g.assign_new({0}, 5);
  else
    g.assign({0}, 5);
  g.settle();
  CHECK(g.coordinator.commits.size() == (is_new ? 1u : 0u));
  CHECK(g.status(0).committed == 5);
}
