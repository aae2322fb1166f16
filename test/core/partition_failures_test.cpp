// Who is to blame for a call that failed, and what becomes of its worker.

#include "support/failed_partition.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;
using namespace std::chrono_literals;

using action = failed_partition::action;
using note = failed_partition::note;
using offsets = failed_partition::offsets;
using notes = std::vector<note>;

TEST_CASE("a call with one record that is alone is put down to that record") {
  failed_partition p;
  p.deliver(0, 1);
  auto effect = p.fail(0, 1);
  REQUIRE(kinds_of(effect.notes) == notes{note::record_failed});
  CHECK(effect.notes[0].offset == 0);
  CHECK(effect.notes[0].count == 1);
  CHECK(effect.notes[0].cause.text == "bad");
  CHECK(effect.worker == action::restart);
  CHECK(effect.delay == 100ms);
  CHECK(p.machine.failing_offset() == 0);
  CHECK(p.machine.state() == partition_state::backoff);
}

TEST_CASE("a call with many records is put down to none, and all that is out "
          "comes one by one") {
  failed_partition p;
  p.deliver(0, 2);
  p.machine.await_acks({0, 2}, p.now);
  p.deliver(2, 4);
  auto effect = p.fail(2, 4);
  REQUIRE(kinds_of(effect.notes) == notes{note::isolating});
  CHECK(effect.notes[0].offset == 0);
  CHECK(effect.notes[0].count == 4);
  CHECK_FALSE(p.machine.failing_offset());
  p.begin_again();
  CHECK(p.machine.state() == partition_state::isolating);
  for (offset_t x = 0; x < 4; ++x) {
    CHECK(p.machine.isolated_until() == 4);
    CHECK(p.redeliver() == offsets{x});
    p.machine.ack_call({x, x + 1}, x);
  }
  CHECK(p.machine.state() == partition_state::running);
  CHECK_FALSE(p.machine.isolated_until());
}

TEST_CASE("a call with one record beside others that are not acked is put down "
          "to none") {
  failed_partition p;
  p.deliver(0, 1);
  p.machine.await_acks({0, 1}, p.now);
  p.deliver(1, 2);
  auto effect = p.fail(1, 2);
  CHECK(kinds_of(effect.notes) == notes{note::isolating});
  CHECK(p.machine.failed().failures(1) == 0);
}

TEST_CASE("a record that the handler names is to blame, and what lies below it "
          "in its batch is acked") {
  failed_partition p;
  p.deliver(0, 2);
  p.machine.await_acks({0, 2}, p.now);
  p.deliver(2, 6);
  auto effect = p.fail(2, 6, 4);
  CHECK(kinds_of(effect.notes) == notes{note::record_failed});
  CHECK(effect.acked.records == 2);
  CHECK(p.machine.failed().failures(4) == 1);
  CHECK(p.watermark() == 0);
  CHECK(p.machine.tracker()->pending().ranges()
        == std::vector<offset_range>{{0, 2}, {4, 6}});
}

TEST_CASE("the culprit among many fails alone, and the others are handled") {
  failed_partition p;
  p.deliver(0, 3);
  p.fail(0, 3);
  p.begin_again();
  p.redeliver();
  p.machine.ack_call({0, 1}, 0);
  CHECK(p.redeliver() == offsets{1});
  auto effect = p.fail(1, 2);
  REQUIRE(kinds_of(effect.notes) == notes{note::record_failed});
  CHECK(effect.notes[0].offset == 1);
  p.begin_again();
  auto again = p.machine.next_redelivery(-1);
  REQUIRE(again);
  CHECK(again->failures
        == std::vector<std::pair<offset_t, std::uint32_t>>{{1, 1}});
  CHECK(p.redeliver() == offsets{1});
  p.machine.ack_call({1, 2}, 1);
  CHECK(p.redeliver() == offsets{2});
  auto end = p.machine.ack_call({2, 3}, 2);
  CHECK(end.notes.empty()); // it was not the batch
  CHECK(p.watermark() == 3);
  CHECK_FALSE(p.machine.failing_offset());
}

TEST_CASE("where none of them fails alone, the batch was at fault") {
  failed_partition p;
  p.deliver(0, 2);
  p.fail(0, 2);
  p.begin_again();
  p.redeliver();
  p.machine.ack_call({0, 1}, 0);
  p.redeliver();
  auto effect = p.machine.ack_call({1, 2}, 1);
  REQUIRE(kinds_of(effect.notes) == notes{note::isolation_through});
  CHECK(effect.notes[0].offset == 2);
  p.deliver(2, 5);
  p.machine.ack_call({2, 5}, 4);
  CHECK(p.watermark() == 5);
}

TEST_CASE("a record that came alone and was kept is waited for before the "
          "next") {
  failed_partition p;
  p.deliver(0, 2);
  p.fail(0, 2);
  p.begin_again();
  p.redeliver();
  p.machine.await_acks({0, 1}, p.now);
  CHECK(p.machine.waits_for_ack());
  CHECK_FALSE(p.machine.next_redelivery(-1));
  offset_t acked = 0;
  CHECK(p.machine.ack_individual({&acked, 1}).goes_on);
  CHECK_FALSE(p.machine.waits_for_ack());
  CHECK(p.redeliver() == offsets{1});
}

TEST_CASE("an ack of a record that came alone is not waited for without end, "
          "and nothing is got past") {
  failure_rules rules;
  rules.retries = 0;
  rules.then = {failure_step::skip};
  failed_partition p{rules};
  p.deliver(0, 2);
  p.fail(0, 2);
  p.begin_again();
  p.redeliver();
  p.machine.await_acks({0, 1}, p.now);
  CHECK(p.machine.next_look() == p.now + 1min);
  CHECK(p.machine.look(p.now + 59s, 0).notes.empty());
  auto effect = p.machine.look(p.now + 1min, 0);
  REQUIRE(kinds_of(effect.notes) == notes{note::blame_unknown});
  CHECK(effect.notes[0].offset == 0);
  CHECK(effect.worker == action::restart);
  p.begin_again();
  CHECK(p.machine.state() == partition_state::running);
  CHECK(p.redeliver() == offsets{0, 1}); // as before
  CHECK(p.machine.skipped() == 0);
}

TEST_CASE("an ack of a record that came alone may be waited for without end") {
  failure_rules rules;
  rules.ack_timeout = {};
  failed_partition p{rules};
  p.deliver(0, 2);
  p.fail(0, 2);
  p.begin_again();
  p.redeliver();
  p.machine.await_acks({0, 1}, p.now);
  CHECK_FALSE(p.machine.next_look());
  CHECK(p.machine.look(p.now + 1000h, 0).worker == action::none);
}

TEST_CASE("a record that came alone and was let go of takes no other along") {
  failed_partition p;
  p.deliver(0, 3);
  p.fail(0, 3);
  p.begin_again();
  p.redeliver();
  CHECK(p.machine.drop(offset_range{0, 1}).freed == volume{1, 5});
  CHECK(p.redeliver() == offsets{1});
  p.machine.ack_call({1, 2}, 1);
  CHECK(p.watermark() == 2);
}

TEST_CASE("failed calls wait longer each time and never exhaust a partition") {
  failed_partition p; // its restart-max is 1
  p.deliver(0, 1);
  p.fail(0, 1);
  auto before = 100ms;
  for (int i = 0; i < 20; ++i) {
    auto effect = p.fail_again(0);
    CHECK(effect.worker == action::restart);
    CHECK(effect.delay == std::min<duration>(before * 2, 30s));
    before
      = std::chrono::duration_cast<std::chrono::milliseconds>(effect.delay);
  }
  CHECK(p.machine.failures() == 21);
  p.begin_again();
  CHECK(p.machine.worker_gone(p.now, 0).delay == 100ms); // killed: its first
}

TEST_CASE("a call that fails while its partition is given back restarts "
          "nothing") {
  failed_partition p;
  p.deliver(0, 3);
  p.machine.begin_drain();
  auto effect = p.fail(0, 3, 1);
  CHECK(effect.worker == action::finish);
  CHECK(p.watermark() == 1);
  CHECK(p.machine.drained());
}

// -- records that somebody else says have failed ------------------------------

TEST_CASE("a nack is refused like an ack, and changes nothing then") {
  failed_partition p;
  p.deliver(0, 4);
  p.machine.ack(0);
  offset_t acked = 2;
  p.machine.ack_individual({&acked, 1});
  auto result = [&](offset_t x) {
    auto [why, effect] = p.machine.nack(x, true, {}, p.now, 0);
    CHECK(effect.worker == action::none);
    CHECK(effect.notes.empty());
    return why;
  };
  CHECK(result(-1) == ack_result::negative_offset);
  CHECK(result(4) == ack_result::beyond_delivered);
  CHECK(result(0) == ack_result::below_watermark);
  CHECK(result(2) == ack_result::already_acked);
  p.machine.withhold({1, 2});
  CHECK(result(1) == ack_result::withheld);
  CHECK(p.machine.has_worker());
}

TEST_CASE("a nack ends the worker, and is counted alone where there is none") {
  failed_partition p;
  p.deliver(0, 3);
  p.machine.await_acks({0, 3}, p.now);
  auto [result, effect] = p.machine.nack(1, true, {}, p.now, 0);
  CHECK(result == ack_result::accepted);
  CHECK(effect.worker == action::restart);
  CHECK(kinds_of(effect.notes) == notes{note::record_failed});
  CHECK(p.watermark() == 0);
  auto next = *p.machine.next_try();
  auto [result_2, effect_2] = p.machine.nack(1, true, {}, p.now, 0);
  CHECK(result_2 == ack_result::accepted);
  CHECK(effect_2.worker == action::none);
  CHECK(p.machine.failed().failures(1) == 2);
  CHECK(p.machine.next_try() == next);
  p.begin_again();
  CHECK(p.redeliver() == offsets{0, 1, 2});
}

TEST_CASE("a nack while a partition is given back is not waited for") {
  failed_partition p;
  p.deliver(0, 1);
  p.machine.await_acks({0, 1}, p.now);
  p.machine.begin_drain();
  p.machine.worker_drained();
  CHECK_FALSE(p.machine.drained());
  CHECK(p.machine.nack(0, true, {}, p.now, 0).second.worker == action::none);
  CHECK(p.machine.drained());
}

TEST_CASE(
  "a partition that begins again has not failed, and brings all that is "
  "not acked") {
  failed_partition p;
  p.deliver(0, 3);
  p.machine.await_acks({0, 3}, p.now);
  p.machine.ack_individual(std::vector<offset_t>{1});
  auto effect = p.machine.begin_again(p.now);
  CHECK(effect.worker == action::restart);
  CHECK(effect.delay == duration{});
  CHECK(effect.notes.empty());
  CHECK(p.machine.last_error() == errc::none);
  p.begin_again();
  CHECK(p.machine.state() == partition_state::running);
  CHECK(p.redeliver() == offsets{0, 2});
  CHECK(p.machine.failures() == 0);
  p.machine.begin_drain();
  CHECK(p.machine.begin_again(p.now).worker == action::finish);
}

TEST_CASE("a worker is doubted and moved while it isolates, too") {
  failed_partition p;
  p.deliver(0, 2);
  p.fail(0, 2);
  p.begin_again();
  REQUIRE(p.machine.state() == partition_state::isolating);
  CHECK(p.machine.doubt());
  CHECK(p.machine.state() == partition_state::doubted);
  p.machine.believe();
  CHECK(p.machine.state() == partition_state::moving);
  p.machine.moved();
  CHECK(p.machine.state() == partition_state::isolating);
  CHECK(p.redeliver() == offsets{0});
}

TEST_CASE("a worker is doubted before its handler is built, too") {
  failed_partition p;
  p.machine.begin_incarnation();
  REQUIRE(p.machine.state() == partition_state::starting);
  CHECK(p.machine.doubt());
  p.machine.ready();
  CHECK(p.machine.state() == partition_state::doubted);
  p.machine.believe();
  p.machine.moved();
  CHECK(p.machine.state() == partition_state::running);
}

TEST_CASE("a drain waits for a worker in whatever state it is") {
  auto from = GENERATE(partition_state::starting, partition_state::running,
                       partition_state::isolating, partition_state::doubted);
  failed_partition p;
  p.deliver(0, 2);
  if (from == partition_state::isolating) {
    p.fail(0, 2);
    p.begin_again();
  } else if (from == partition_state::starting) {
    p.machine.begin_incarnation();
  } else if (from == partition_state::doubted) {
    p.machine.doubt();
  }
  REQUIRE(p.machine.state() == from);
  p.machine.begin_drain();
  p.machine.ready();
  CHECK(p.machine.state() == partition_state::draining);
  CHECK_FALSE(p.machine.drained());
  p.machine.worker_drained();
  CHECK(p.machine.drained());
}
