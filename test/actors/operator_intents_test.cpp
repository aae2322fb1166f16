// What operators want of a running group, and can have at once: pauses that
// outlive what takes partitions away, and workers that begin anew.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

pause_partitions pause(partition_t p) {
  return {"t", p, "ann", "poison"};
}

resume_partitions resume(partition_t p) {
  return {"t", p, "ann", "mended"};
}

restart_worker restart(partition_t p) {
  return {"t", p, "ann", "stuck"};
}

} // namespace

// -- pauses -------------------------------------------------------------------

TEST_CASE("a paused partition begins no call, and goes on where it stood when "
          "it is resumed") {
  scripted_group g;
  start_with(g, 2);
  CHECK(result_of(g.intend(pause(0))) == operation_result::done);
  g.append(0, 3);
  g.advance(1min);
  CHECK(g.handlers.offsets() == offsets{0, 1});
  auto status = g.status(0);
  CHECK(status.paused);
  CHECK(status.paused_by == "ann");
  CHECK(status.pause_reason == "poison");
  CHECK(status.healthy);
  CHECK(status.lag == 3);
  REQUIRE(g.status().pauses.size() == 1);
  CHECK(g.status().pauses[0].partition == 0);
  CHECK(g.last(event_kind::delivery_paused).who == "ann");
  CHECK(g.last(event_kind::delivery_paused).text == "poison");
  CHECK(g.last(event_kind::delivery_paused).tp == tp(0));
  CHECK(result_of(g.intend(resume(0))) == operation_result::done);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4});
  CHECK(g.last(event_kind::delivery_resumed).text == "mended");
  CHECK_FALSE(g.status(0).paused);
  CHECK(g.status().pauses.empty());
}

TEST_CASE("a pause lets the call that runs end, and none begins behind it") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.during_call = [&] {
    CHECK(result_of(g.post_intent(pause(0))) == operation_result::done);
  };
  start_with(g, 3);
  g.advance(1min);
  CHECK(g.handlers.offsets() == offsets{0});
  CHECK(g.status(0).watermark == 1); // its answer counts
  g.intend(resume(0));
  CHECK(g.handlers.offsets() == offsets{0, 1, 2});
}

TEST_CASE("other partitions go on while one is paused, and all stand while all "
          "are") {
  scripted_group g;
  g.start_manager();
  g.assign({0, 1});
  g.intend(pause(0));
  g.append(0, 1);
  g.append(1, 1);
  g.settle();
  CHECK(g.handlers.offsets(0).empty());
  CHECK(g.handlers.offsets(1) == offsets{0});
  g.intend(pause_partitions{{}, -1, "bob", "night"});
  g.append(1, 1);
  g.settle();
  CHECK(g.handlers.offsets(1) == offsets{0});
  CHECK(g.status(1).paused_by == "bob");
  CHECK(g.status(0).paused_by == "ann"); // the narrowest
}

TEST_CASE("a partition stays paused until each pause of it is taken back") {
  scripted_group g;
  start_with(g, 0);
  g.intend(pause(0));
  g.intend(pause(-1));
  g.append(0, 1);
  auto reply = g.intend(resume(0));
  CHECK(result_of(reply) == operation_result::done);
  CHECK((*reply)->text == "resumed: t/0; paused by the pause of all of t");
  CHECK(g.handlers.offsets().empty());
  reply = g.intend(resume(0));
  CHECK(result_of(reply) == operation_result::unchanged);
  CHECK((*reply)->text == "t/0 is paused by the pause of all of t");
  CHECK(result_of(g.intend(resume(-1))) == operation_result::done);
  CHECK(g.handlers.offsets() == offsets{0});
  CHECK(result_of(g.intend(resume(-1))) == operation_result::unchanged);
}

TEST_CASE("what failed is not handed out again while its partition is paused, "
          "and acks of it count") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    return x[0].delivery_count() == 1 ? handler_answer::failed("once")
                                      : handler_answer::ack();
  };
  start_with(g, 3);
  g.intend(pause(0));
  g.advance(1min);
  CHECK(g.handlers.calls.size() == 1);
  CHECK(g.count(event_kind::worker_restarted) == 1); // its handler is built
  g.ack(0, 0);
  g.settle();
  CHECK(g.handlers.calls.size() == 1);
  g.intend(resume(0));
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 1, 2});
}

TEST_CASE("a pause holds what is about to be handed out again") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    return x[0].delivery_count() == 1 ? handler_answer::failed("once")
                                      : handler_answer::ack();
  };
  start_with(g, 1);
  g.jobs_wait = true;
  g.advance(1s);
  REQUIRE(g.jobs.size() == 1); // its handler is built, and called
  CHECK(result_of(g.post_intent(pause(0))) == operation_result::done);
  g.jobs_wait = false;
  g.settle();
  CHECK(g.handlers.calls.size() == 1);
  g.intend(resume(0));
  CHECK(g.handlers.offsets() == offsets{0, 0});
}

TEST_CASE("a pause outlives the worker, a rebalance and the group's restart") {
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.intend(pause(0));
  g.append(0, 1);
  g.kill_worker(0);
  g.advance(1min);
  CHECK(g.handlers.offsets() == offsets{0});
  g.revoke({0});
  g.settle();
  CHECK(g.status().pauses.size() == 1);
  auto told = g.count(event_kind::delivery_paused);
  g.assign({0}, 1);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0});
  REQUIRE(g.count(event_kind::delivery_paused) == told + 1);
  CHECK(g.last(event_kind::delivery_paused).generation == g.gen(0));
  CHECK(g.last(event_kind::delivery_paused).who == "ann");
  g.kill_manager();
  g.advance(500ms);
  CHECK(g.status().state == group_state::restarting);
  CHECK(g.status().pauses.size() == 1);
  g.advance(1s);
  g.assign({0}, 1);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0});
  CHECK(g.status(0).paused);
  g.intend(resume(0));
  CHECK(g.handlers.offsets() == offsets{0, 1});
}

TEST_CASE(
  "between two incarnations of the group a pause is kept, and what needs a "
  "partition is unavailable") {
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.kill_manager();
  g.advance(500ms);
  REQUIRE(g.status().state == group_state::restarting);
  CHECK(result_of(g.intend(pause(0))) == operation_result::done);
  CHECK(result_of(g.intend(restart(0))) == operation_result::unavailable);
  CHECK(g.last(event_kind::operation_refused).text
        == "restart: stuck; unavailable: the group restarts");
  CHECK(result_of(g.intend(dispose_record{"t", 0, 0}))
        == operation_result::unavailable);
  CHECK(result_of(g.intend(move_partition{"t", 0, {}}))
        == operation_result::unavailable);
  g.advance(1s);
  g.assign({0});
  g.settle();
  CHECK(g.handlers.calls.empty());
  CHECK(result_of(g.intend(resume(0))) == operation_result::done);
  CHECK(g.handlers.offsets() == offsets{0});
}

TEST_CASE("a paused partition neither stalls nor lacks acks, and its lag is "
          "known") {
  scripted_group g;
  g.config.prefetch_count = 1;
  g.config.prefetch_bytes = 1;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  start_with(g, 1);
  g.intend(pause(0));
  g.append_unheard(0, 9);
  g.log(0).fetched_end = 1;
  g.advance(20min);
  CHECK(g.count(event_kind::acks_overdue) == 0);
  CHECK(g.count(event_kind::partition_stalled) == 0);
  CHECK(g.status(0).lag == 10);
}

TEST_CASE("a pause of what the group does not read is invalid, and told") {
  scripted_group g;
  g.start_manager();
  auto reply = g.intend(pause_partitions{"other", 0, "ann", "typo"});
  CHECK(result_of(reply) == operation_result::invalid);
  CHECK((*reply)->text == "topic other: the group does not read it");
  CHECK(g.last(event_kind::operation_refused).who == "ann");
  CHECK(g.last(event_kind::operation_refused).text
        == "pause: typo; invalid: topic other: the group does not read it");
}

// -- workers that begin anew --------------------------------------------------

TEST_CASE("an operator's restart hands out again what is not acked, and "
          "nothing failed") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    return x[0].delivery_count() == 1 ? handler_answer::no_ack()
                                      : handler_answer::ack();
  };
  start_with(g, 3);
  g.ack(0, 0);
  CHECK(result_of(g.intend(restart(0))) == operation_result::done);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 1, 2});
  CHECK(g.count(event_kind::worker_failed) == 0);
  CHECK(g.count(event_kind::worker_restarted) == 1);
  CHECK(g.last(event_kind::restart_asked).who == "ann");
  CHECK(g.last(event_kind::restart_asked).text == "stuck");
  CHECK(g.status(0).healthy);
}

TEST_CASE("an operator's restart ends a backoff, and its former timer cuts no "
          "later one short") {
  scripted_group g;
  g.config.restart_backoff_min = 10s;
  g.config.restart_backoff_max = 10s;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("down");
  };
  start_with(g, 1);
  g.advance(9s);
  CHECK(g.handlers.calls.size() == 1);
  CHECK(result_of(g.intend(restart(0))) == operation_result::done);
  CHECK(g.handlers.calls.size() == 2);
  g.advance(2s); // the first backoff would be over
  CHECK(g.handlers.calls.size() == 2);
  g.advance(8s);
  CHECK(g.handlers.calls.size() == 3);
}

TEST_CASE("the worker that an operator begins anew waits for the call that "
          "runs") {
  scripted_group g;
  g.handlers.during_call = [&] {
    auto reply = g.post_intent(restart(0));
    CHECK(result_of(reply) == operation_result::done);
    CHECK((*reply)->text == "the next worker begins behind the call that runs");
  };
  start_with(g, 1);
  CHECK(g.handlers.offsets() == offsets{0, 0});
  CHECK(g.handlers.log
        == std::vector<std::string>{"built 0", "called 0", "returned 0",
                                    "closed 0 failed", "destroyed 0", "built 0",
                                    "called 0", "returned 0"});
}

TEST_CASE("a stopped partition goes on by an operator's restart") {
  scripted_group g;
  g.config.on_failure.retries = 1;
  g.config.on_failure.then = {failure_step::stop_partition};
  auto mended = false;
  g.handlers.answer = [&](const message_batch&) {
    return mended ? handler_answer::ack() : handler_answer::failed("down");
  };
  start_with(g, 1);
  g.advance(1min);
  REQUIRE(g.status(0).state == partition_state::exhausted);
  auto calls = g.handlers.calls.size();
  CHECK(result_of(g.intend(restart(0))) == operation_result::done);
  g.advance(1min);
  CHECK(g.handlers.calls.size() == calls + 2); // with all of its retries
  CHECK(g.status(0).state == partition_state::exhausted);
  mended = true;
  g.intend(restart(0));
  CHECK(g.status(0).watermark == 1);
  CHECK(g.status(0).healthy);
}

TEST_CASE("what this member does not hold is not restarted, and that is told") {
  scripted_group g;
  g.start_manager();
  auto reply = g.intend(restart(0));
  CHECK(result_of(reply) == operation_result::not_held);
  CHECK((*reply)->text == "this member does not hold t/0");
  CHECK(g.last(event_kind::operation_refused).tp == tp(0));
}

TEST_CASE("nothing is done to a group that stops") {
  scripted_group g;
  g.config.batch_size = 1;
  g.handlers.during_call = [&] {
    g.stop();
    CHECK(result_of(g.post_intent(restart(0)))
          == operation_result::unavailable);
  };
  start_with(g, 1);
}

// -- the status ---------------------------------------------------------------

TEST_CASE("the status says how long the call runs, and since when nothing got "
          "on") {
  scripted_group g;
  g.handlers.during_call = [&] {
    g.actors.advance(7s, [&] { g.actors.run(); });
    CHECK(g.status(0).call_ms == 7'000);
    CHECK(g.status(0).since_progress_ms == 7'000);
  };
  start_with(g, 1);
  CHECK(g.status(0).call_ms == -1);
  CHECK(g.status(0).since_progress_ms == 0);
  g.advance(1min); // nothing is left to read
  CHECK(g.status(0).since_progress_ms == 0);
}

// -- the record that a partition stands at ------------------------------------

TEST_CASE("the record that fails is shown from memory, with how often it did") {
  scripted_group g;
  g.handlers.answer = [](const message_batch& x) {
    for (auto y : x)
      if (y.offset() == 1)
        return handler_answer::failed_at(1, "poison");
    return handler_answer::ack();
  };
  start_with(g, 3);
  auto x = g.record(0);
  CHECK(x.text.empty());
  CHECK(x.offset == 1);
  CHECK(x.failures == 1);
  CHECK(x.key.is_null);
  CHECK(x.value.begin == "xxxxxxxxxx");
  CHECK(g.log(0).given == 3); // nothing was read for it
}

TEST_CASE("where nothing fails the record is the lowest that is not acked") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  start_with(g, 3);
  CHECK(g.record(0).offset == 0);
  g.ack(0, 1);
  g.settle();
  CHECK(g.record(0).offset == 2);
}

TEST_CASE("where there is no record to show it is said why") {
  scripted_group g;
  start_with(g, 2);
  CHECK(g.record(0).offset == -1);
  CHECK(g.record(0).text == "no record is delivered and not acked");
  CHECK(g.record(7).text == "this member does not hold t/7");
}

TEST_CASE("while a group restarts no record is shown, and that is said") {
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.kill_manager();
  g.settle();
  CHECK(g.record(0).offset == -1);
  CHECK(g.record(0).text == "the group restarts");
}
