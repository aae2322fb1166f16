// What operators order of a partition.

#include "core/partition_orders.hpp"

#include "support/failed_partition.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;

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

auto dispose(failed_partition& p, offset_t x, step how = step::skip) {
  return partition_orders{p.machine}.dispose(x, how, p.now);
}

auto restart(failed_partition& p) {
  return partition_orders{p.machine}.restart(p.now);
}

/// Record 1 of 3 has failed, and its backoff runs.
struct failed_once : failed_partition {
  explicit failed_once(failure_rules rules = {})
    : failed_partition(std::move(rules)) {
    deliver(0, 3);
    fail(0, 3, 1);
  }
};

} // namespace

// -- restart ------------------------------------------------------------------

TEST_CASE("a restart ends a backoff at once") {
  failed_once p;
  for (int i = 0; i < 8; ++i)
    p.fail_again(1);
  auto [result, effect] = restart(p);
  CHECK(result == operation_result::done);
  CHECK(effect.worker == action::restart);
  CHECK(effect.delay == duration{});
  CHECK(p.machine.next_try() == p.now);
  p.begin_again();
  CHECK(p.redeliver() == offsets{1, 2});
}

TEST_CASE("a restart gives a failing record all of its retries again") {
  failed_once p{rules_of(2, {step::skip})};
  p.fail_again(1);
  CHECK(p.machine.failed().failures(1) == 2);
  CHECK(restart(p).first == operation_result::done);
  CHECK(p.machine.failed().failures(1) == 0);
  CHECK(p.machine.failing_offset() == 1); // no ack passes it yet
  CHECK(p.ack_only(1) == ack_result::withheld);
  CHECK(p.fail_again(1).worker == action::restart);
  CHECK(p.fail_again(1).worker == action::restart);
  CHECK(kinds_of(p.fail_again(1).notes).back() == note::record_skipped);
}

TEST_CASE("a stopped partition goes on by a restart, with a fresh budget") {
  failed_once p{rules_of(0, {step::stop_partition})};
  REQUIRE(p.machine.state() == partition_state::exhausted);
  auto effect = restart(p).second;
  CHECK(effect.worker == action::restart);
  CHECK(effect.delay == duration{});
  p.begin_again();
  CHECK(p.redeliver() == offsets{1, 2});
}

TEST_CASE("restarts that were used up are there again after a restart") {
  failed_partition p; // of one restart
  CHECK(p.machine.worker_gone(p.now, 0).what
        == failure_decision::action::restart);
  p.machine.backoff_over(-1);
  p.begin();
  CHECK(p.machine.worker_gone(p.now, 0).what
        == failure_decision::action::exhaust);
  CHECK(restart(p).second.worker == action::restart);
  p.begin();
  CHECK(p.machine.worker_gone(p.now, 0).what
        == failure_decision::action::restart);
}

TEST_CASE("a restart leaves a worker that lives to its caller") {
  failed_partition p;
  p.deliver(0, 3);
  auto [result, effect] = restart(p);
  CHECK(result == operation_result::done);
  CHECK(effect.worker == action::none);
  CHECK(p.machine.state() == partition_state::running);
}

TEST_CASE("a restart waits for no dead letter, and takes none back") {
  failed_once p{rules_of(0, {step::dead_letter})};
  REQUIRE(p.machine.state() == partition_state::disposing);
  CHECK(restart(p).first == operation_result::on_its_way);
  CHECK(p.machine.state() == partition_state::disposing);
}

TEST_CASE("a restart takes back the way of a record whose dead letter could "
          "not be written") {
  failed_once p{rules_of(0, {step::skip, step::stop_partition})};
  failed_partition q{rules_of(0, {step::dead_letter})};
  q.deliver(0, 3);
  auto letter = q.fail(0, 3, 1).letters.at(0);
  q.not_written(letter);
  REQUIRE(q.machine.state() == partition_state::disposing);
  CHECK(restart(q).second.worker == action::restart);
  q.begin_again();
  CHECK(q.redeliver() == offsets{1, 2});
}

TEST_CASE("what is given back is neither restarted nor got past") {
  failed_once p;
  p.machine.begin_drain();
  CHECK(restart(p).first == operation_result::given_back);
  CHECK(dispose(p, 1).first == operation_result::given_back);
}

// -- dispose ------------------------------------------------------------------

TEST_CASE("an operator gets past the failing record, without a rule for it") {
  failed_once p;
  auto [result, effect] = dispose(p, 1);
  CHECK(result == operation_result::done);
  CHECK(kinds_of(effect.notes) == notes{note::record_skipped});
  CHECK(effect.notes[0].offset == 1);
  CHECK(effect.acked.records == 1);
  CHECK(effect.worker == action::restart); // its backoff has no reason now
  CHECK(p.watermark() == 2);
  CHECK(p.machine.skipped() == 1);
  CHECK_FALSE(p.machine.failing_offset());
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
}

TEST_CASE("only the record that fails is got past") {
  failed_once p;
  CHECK(dispose(p, 0).first == operation_result::not_failing); // acked
  CHECK(dispose(p, 2).first == operation_result::not_failing);
  CHECK(dispose(p, 9).first == operation_result::not_failing);
  CHECK(p.watermark() == 1);
  CHECK(p.machine.failing_offset() == 1);
}

TEST_CASE("no record is got past while nobody knows which one fails") {
  failed_partition p;
  p.deliver(0, 3);
  p.fail(0, 3);
  CHECK(dispose(p, 0).first == operation_result::blame_unknown);
  CHECK(dispose(p, 2).first == operation_result::blame_unknown);
  CHECK(dispose(p, 3).first == operation_result::not_failing);
  p.begin_again();
  p.redeliver();
  p.fail(0, 1);
  CHECK(dispose(p, 1).first == operation_result::blame_unknown);
  CHECK(dispose(p, 0).first == operation_result::done);
  CHECK(p.watermark() == 1);
}

TEST_CASE("the dead letter that an operator ordered moves the watermark by "
          "its report") {
  failed_once p;
  auto [result, effect] = dispose(p, 1, step::dead_letter);
  CHECK(result == operation_result::done);
  CHECK(effect.worker == action::wait);
  REQUIRE(effect.letters.size() == 1);
  CHECK(effect.letters[0].offset == 1);
  CHECK(p.machine.state() == partition_state::disposing);
  CHECK(p.watermark() == 1);
  CHECK(dispose(p, 1).first == operation_result::on_its_way);
  auto after = p.written(effect.letters[0]);
  CHECK(kinds_of(after.notes) == notes{note::dead_lettered});
  CHECK(after.worker == action::restart);
  CHECK(p.watermark() == 2);
  CHECK(p.machine.dead_lettered() == 1);
}

TEST_CASE("a dead letter that an operator ordered and nobody wrote leaves the "
          "record where it was") {
  failed_once p;
  auto letter = dispose(p, 1, step::dead_letter).second.letters.at(0);
  auto after = p.not_written(letter);
  CHECK(kinds_of(after.notes) == notes{note::dead_letter_failed});
  CHECK(after.letters.empty());
  CHECK(after.worker == action::restart);
  CHECK(p.machine.failing_offset() == 1);
  CHECK(p.watermark() == 1);
  p.begin_again();
  CHECK(p.redeliver() == offsets{1, 2});
}

TEST_CASE("a worker that lives goes on behind a record that was skipped, and "
          "waits for an ordered dead letter") {
  auto how = GENERATE(step::skip, step::dead_letter);
  failed_once p;
  p.begin_again();
  p.redeliver();
  p.machine.call_ended();
  auto effect = dispose(p, 1, how).second;
  CHECK(effect.worker == (how == step::skip ? action::none : action::wait));
  CHECK(p.machine.has_worker() == (how == step::skip));
  CHECK(p.watermark() == (how == step::skip ? 2 : 1));
}

TEST_CASE("a partition that stopped for a record goes on when that is got "
          "past") {
  auto how = GENERATE(step::skip, step::dead_letter);
  failed_once p{rules_of(0, {step::stop_partition})};
  REQUIRE(p.machine.state() == partition_state::exhausted);
  auto effect = dispose(p, 1, how).second;
  if (how == step::dead_letter)
    effect = p.written(effect.letters.at(0));
  CHECK(effect.worker == action::restart);
  p.begin_again();
  CHECK(p.redeliver() == offsets{2});
}

TEST_CASE("a partition that stopped for another reason stays so when a record "
          "is got past") {
  failed_once p;
  p.begin_again();
  for (int i = 0; p.machine.state() != partition_state::exhausted; ++i) {
    REQUIRE(i < 3);
    p.machine.worker_gone(p.now, 0, errc::handler_not_built, "no");
    if (p.machine.state() == partition_state::backoff)
      p.begin_again();
  }
  auto [result, effect] = dispose(p, 1);
  CHECK(result == operation_result::done);
  CHECK(effect.worker == action::none);
  CHECK(p.machine.state() == partition_state::exhausted);
}

TEST_CASE("an operator's step takes the place of one that is tried again") {
  failed_partition p{rules_of(0, {step::dead_letter})};
  p.deliver(0, 3);
  p.not_written(p.fail(0, 3, 1).letters.at(0));
  REQUIRE(p.machine.state() == partition_state::disposing);
  auto [result, effect] = dispose(p, 1);
  CHECK(result == operation_result::done);
  CHECK(effect.worker == action::restart);
  CHECK(p.watermark() == 2);
  CHECK_FALSE(p.machine.next_look());
}

TEST_CASE("what an operator gets past is no part of a flood") {
  failed_once p;
  dispose(p, 1);
  CHECK(p.machine.row().length() == 0);
}

TEST_CASE("a record that is to come again from the broker is not got past "
          "before") {
  failed_once p;
  REQUIRE_FALSE(p.machine.backoff_over(99)); // somebody took more
  CHECK(dispose(p, 1).first == operation_result::not_delivered);
}

// -- the record that it stands at ---------------------------------------------

TEST_CASE("a partition stands at the record that fails, else at the lowest one "
          "that is not acked") {
  failed_partition p;
  auto at = [&]() -> std::optional<offset_t> {
    auto x = partition_orders{p.machine}.stands_at();
    if (!x)
      return std::nullopt;
    auto index = x->indices.empty() ? 0 : x->indices.front();
    return x->from->block->offset_at(index);
  };
  CHECK(at() == std::nullopt);
  p.deliver(0, 3);
  CHECK(at() == 0);
  p.ack_only(0);
  CHECK(at() == 1);
  p.fail(0, 3, 2);
  CHECK(at() == 2);
}
