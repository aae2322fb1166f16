// The ways past records that failed.

#include "support/failed_partition.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;
using namespace std::chrono_literals;

using action = failed_partition::action;
using note = failed_partition::note;
using offsets = failed_partition::offsets;
using notes = std::vector<note>;
using step = failure_step;

namespace {

failure_rules rules_of(std::size_t retries, std::vector<step> then) {
  failure_rules result;
  result.retries = retries;
  result.then = std::move(then);
  return result;
}

} // namespace

TEST_CASE("a record leaves after its retries, when the report of its dead "
          "letter has come") {
  auto retries = GENERATE(0u, 1u, 3u);
  failed_partition p{rules_of(retries, {step::dead_letter})};
  p.deliver(0, 3);
  auto effect = p.fail(0, 3, 1);
  for (unsigned i = 0; i < retries; ++i) {
    CHECK(effect.worker == action::restart);
    CHECK(effect.letters.empty());
    p.begin_again();
    CHECK(p.redeliver() == offsets{1, 2});
    effect = p.fail(1, 3, 1);
  }
  CHECK(effect.worker == action::wait);
  CHECK(p.machine.state() == partition_state::disposing);
  REQUIRE(effect.letters.size() == 1);
  auto& letter = effect.letters[0];
  CHECK(letter.offset == 1);
  CHECK(letter.failures == retries + 1);
  CHECK(letter.cause.kind == "std::runtime_error");
  auto index = letter.record.indices.at(0);
  CHECK(letter.record.from->block->offset_at(index) == 1);
  CHECK(p.watermark() == 1);
  auto after = p.written(letter);
  REQUIRE(kinds_of(after.notes) == notes{note::dead_lettered});
  CHECK(after.notes[0].cause.text == "dlq-0@7");
  CHECK(after.worker == action::restart);
  CHECK(after.delay == duration{}); // it adds no backoff
  CHECK(after.acked.records == 1);
  CHECK(after.acked.moved);
  CHECK(p.watermark() == 2);
  CHECK(p.machine.dead_lettered() == 1);
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
}

TEST_CASE("the failed call of a batch counts for none of its records") {
  failed_partition p{rules_of(0, {step::skip})};
  p.deliver(0, 2);
  CHECK(p.fail(0, 2).worker == action::restart);
  p.begin_again();
  CHECK(p.redeliver() == offsets{0});
  auto effect = p.fail(0, 1);
  CHECK(kinds_of(effect.notes)
        == notes{note::record_failed, note::record_skipped});
  CHECK(p.machine.skipped() == 1);
}

TEST_CASE("without a limit of retries only rejected records leave") {
  failed_partition p{rules_of(failure_rules{}.retries, {step::skip})};
  p.deliver(0, 2);
  p.fail(0, 2, 0);
  for (int i = 0; i < 30; ++i)
    CHECK(p.fail_again(0).worker == action::restart);
  p.begin_again();
  p.redeliver();
  auto effect = p.reject(0, 2, 0);
  CHECK(kinds_of(effect.notes)
        == notes{note::record_failed, note::record_skipped});
  CHECK(effect.worker == action::none);
  CHECK(p.watermark() == 1);
}

TEST_CASE("a rejected record is on its way while its worker goes on") {
  failed_partition p{rules_of(5, {step::dead_letter})};
  p.deliver(0, 4);
  auto effect = p.reject(0, 4, 1);
  CHECK(effect.worker == action::none);
  CHECK(effect.acked.records == 1);
  REQUIRE(effect.letters.size() == 1);
  CHECK(p.machine.state() == partition_state::running);
  CHECK(p.redeliver(1) == offsets{2, 3});
  p.machine.ack_call({2, 4}, 3);
  CHECK(p.watermark() == 1);
  p.deliver(4, 6);
  CHECK(p.machine.ack(5).result == ack_result::accepted);
  CHECK(p.watermark() == 1);
  CHECK(p.written(effect.letters[0]).worker == action::none);
  CHECK(p.watermark() == 6);
}

TEST_CASE("a record on its way is not delivered by a next incarnation") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 3);
  auto effect = p.reject(0, 3, 1);
  p.machine.worker_gone(p.now, 0, errc::worker_killed);
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
  CHECK(p.machine.ack_call({2, 3}, 2).records == 1);
  p.written(effect.letters[0]);
  CHECK(p.watermark() == 3);
}

TEST_CASE("a rejected record without a way past it is one that failed") {
  failed_partition p;
  p.deliver(0, 3);
  auto effect = p.reject(0, 3, 1);
  CHECK(effect.worker == action::restart);
  CHECK(p.machine.failed().failures(1) == 1);
  CHECK(p.watermark() == 1);
}

TEST_CASE("a step that cannot be done gives way to the next") {
  failed_partition p{rules_of(0, {step::dead_letter, step::skip})};
  p.deliver(0, 2);
  auto letter = p.fail(0, 2, 0).letters.at(0);
  auto effect = p.not_written(letter);
  CHECK(kinds_of(effect.notes)
        == notes{note::dead_letter_failed, note::record_skipped});
  CHECK(effect.worker == action::restart);
  CHECK(p.watermark() == 1);
  CHECK(p.machine.dead_lettered() == 0);
  CHECK(p.machine.skipped() == 1);
}

TEST_CASE("the last step is tried again with backoff, for ever") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 2);
  auto letter = p.fail(0, 2, 0).letters.at(0);
  duration wait = 100ms;
  for (int i = 0; i < 20; ++i) {
    CHECK(p.not_written(letter).worker == action::none);
    CHECK(p.machine.state() == partition_state::disposing);
    CHECK(p.machine.next_look() == p.now + wait);
    CHECK(p.machine.next_try() == p.now + wait);
    p.now += wait;
    wait = std::min<duration>(2 * wait, 30s);
    auto former = letter.id;
    letter = p.machine.look(p.now, 0).letters.at(0);
    CHECK(letter.id == former); // whichever report comes, it is of this record
    CHECK_FALSE(p.machine.next_look());
  }
  CHECK(p.watermark() == 0);
  CHECK(p.written(letter).worker == action::restart);
  CHECK(p.watermark() == 1);
}

TEST_CASE("a step that stops ends the worker for good, with the cause") {
  auto [how, what] = GENERATE(
    table<step, action>({{step::stop_partition, action::stop_partition},
                         {step::stop_group, action::stop_group}}));
  auto is_rejected = GENERATE(false, true);
  failed_partition p{rules_of(0, {how})};
  p.deliver(0, 2);
  auto effect = is_rejected ? p.reject(0, 2, 0) : p.fail(0, 2, 0);
  CHECK(effect.worker == what);
  CHECK(p.machine.state() == partition_state::exhausted);
  CHECK_FALSE(p.machine.has_worker());
  CHECK(p.machine.last_error_text() == "bad");
  CHECK(p.watermark() == 0);
}

TEST_CASE("a rejected record whose step stops exhausts a partition, also one "
          "that isolates") {
  failed_partition p{rules_of(5, {step::stop_partition})};
  p.deliver(0, 3);
  SECTION("it runs") {
    REQUIRE(p.machine.state() == partition_state::running);
  }
  SECTION("it isolates") {
    p.fail(0, 3);
    p.begin_again();
    REQUIRE(p.redeliver() == offsets{0});
    REQUIRE(p.machine.state() == partition_state::isolating);
  }
  CHECK(p.reject(0, 1, 0).worker == action::stop_partition);
  CHECK(p.machine.state() == partition_state::exhausted);
  CHECK_FALSE(p.machine.has_worker());
  CHECK(p.machine.failing_offset() == 0);
  CHECK(p.watermark() == 0);
}

TEST_CASE("a report that nobody waits for changes nothing") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 3);
  auto letter = p.reject(0, 3, 1).letters.at(0);
  auto report = [&] {
    return p.machine.reported(letter.id, std::nullopt, "dlq-0@7", p.now, 0);
  };
  CHECK_FALSE(p.machine.reported(letter.id + 1, std::nullopt, "", p.now, 0));
  SECTION("its partition is fenced") {
    p.machine.begin_drain();
    p.machine.fence();
    CHECK_FALSE(report());
  }
  SECTION("what is delivered begins again at the watermark") {
    p.machine.drop(offset_range{2, 3});
    p.machine.worker_gone(p.now, 0);
    REQUIRE_FALSE(p.machine.backoff_over(3));
    CHECK_FALSE(report());
    CHECK(p.watermark() == 1);
    CHECK(p.machine.failed().failures(1) == 1);
  }
  SECTION("it came before") {
    CHECK(report());
    CHECK_FALSE(report());
    CHECK(p.machine.dead_lettered() == 1);
  }
}

TEST_CASE("a drain waits for the report of a dead letter") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 1);
  auto letter = p.fail(0, 1, 0).letters.at(0);
  p.machine.begin_drain();
  CHECK_FALSE(p.machine.drained());
  SECTION("it is written") {
    CHECK(p.written(letter).worker == action::none);
    CHECK(p.watermark() == 1);
  }
  SECTION("it is not, which is tried by who reads it next") {
    CHECK(p.not_written(letter).worker == action::none);
    CHECK_FALSE(p.machine.next_look());
    CHECK(p.watermark() == 0);
  }
  CHECK(p.machine.drained());
}

TEST_CASE("culprits that came alone go one after the other, the rest one by "
          "one behind them") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 3);
  p.fail(0, 3);
  p.begin_again();
  p.redeliver();
  auto first = p.fail(0, 1).letters.at(0);
  p.written(first);
  p.begin_again();
  CHECK(p.redeliver() == offsets{1});
  p.written(p.fail(1, 2).letters.at(0));
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
  CHECK(p.machine.ack_call({2, 3}, 2).notes.empty());
  CHECK(p.machine.state() == partition_state::running);
  CHECK(p.watermark() == 3);
}

// -- floods -------------------------------------------------------------------

TEST_CASE("after too many in a row one record is got past per interval") {
  auto rules = rules_of(0, {step::skip});
  rules.flood_after = 3;
  failed_partition p{rules};
  p.deliver(0, 10);
  auto gone = [&] { return p.machine.skipped(); };
  auto begin = p.now;
  p.fail(0, 10, 0);
  p.fail_again(1);
  auto third = p.fail_again(2);
  CHECK(
    kinds_of(third.notes)
    == notes{note::record_failed, note::record_skipped, note::failure_flood});
  CHECK(third.notes[2].count == 3);
  CHECK(gone() == 3);
  while (gone() == 3) // it is tried again meanwhile
    CHECK(kinds_of(p.fail_again(3).notes).front() == note::record_failed);
  CHECK(p.now - begin >= 1min);
  CHECK(p.now - begin < 2min + 30s);
  auto next = p.fail_again(4);
  CHECK(next.worker == action::restart);
  CHECK(next.delay > duration{});
  CHECK(gone() == 4);
}

TEST_CASE("a row of records that were got past outlives restarts, and ends "
          "with a handled one") {
  auto rules = rules_of(0, {step::skip});
  rules.flood_after = 2;
  failed_partition before{rules};
  before.deliver(0, 2);
  before.fail(0, 2, 0);
  before.fail_again(1);
  failed_partition p{rules, before.machine.row()};
  p.now = before.now;
  p.deliver(0, 3);
  CHECK(p.fail(0, 3, 0).delay > duration{});
  CHECK(p.machine.skipped() == 0);
  p.begin_again();
  p.redeliver();
  p.machine.ack_call({0, 3}, 0);
  p.fail(1, 3, 1);
  CHECK(p.machine.skipped() == 1);
}

TEST_CASE("a rejected record is no part of a flood") {
  auto rules = rules_of(0, {step::skip});
  rules.flood_after = 1;
  failed_partition p{rules};
  p.deliver(0, 5);
  for (offset_t x = 0; x < 4; ++x)
    CHECK(kinds_of(p.reject(x, 5, x).notes)
          == notes{note::record_failed, note::record_skipped});
  CHECK(p.machine.row().length() == 0);
  CHECK(p.watermark() == 4);
}
