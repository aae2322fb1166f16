#include "core/partition.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};
constexpr offset_t latest = -1;

using action = failure_decision::action;

partition make(offset_t begin = 0, std::size_t restart_max = 10) {
  return {generation{1}, begin, {100ms, 30s, restart_max, 10min}};
}

/// Delivers `[first, last)` in one block.
delivery_ptr deliver(partition& x, offset_t first, offset_t last) {
  record_block::builder block;
  for (auto i = first; i < last; ++i)
    block.add(i, std::nullopt, "12345");
  auto result = std::make_shared<delivery>(block.finish());
  x.take({result, last});
  return result;
}

partition running() {
  auto x = make();
  x.begin_incarnation();
  x.ready();
  return x;
}

std::vector<offset_t> offsets_of(const redelivery& x) {
  std::vector<offset_t> result;
  auto& block = *x.from->block;
  for (std::size_t i = 0; i < block.size(); ++i)
    if (x.indices.empty())
      result.push_back(block.offset_at(i));
  for (auto i : x.indices)
    result.push_back(block.offset_at(i));
  return result;
}

} // namespace

// -- the incarnation of a worker

TEST_CASE("a partition has one current incarnation at most") {
  auto x = make();
  CHECK(x.state() == partition_state::starting);
  CHECK_FALSE(x.has_worker());
  CHECK_FALSE(x.is_current(0));
  auto first = x.begin_incarnation();
  CHECK(x.is_current(first));
  x.worker_gone(start, 0);
  CHECK_FALSE(x.is_current(first));
  auto second = x.begin_incarnation();
  CHECK(second > first);
  CHECK_FALSE(x.is_current(first));
  CHECK(x.is_current(second));
}

TEST_CASE("a worker is ready once") {
  auto x = make();
  x.begin_incarnation();
  x.ready();
  CHECK(x.state() == partition_state::running);
  x.worker_gone(start, 0);
  x.ready(); // too late
  CHECK(x.state() == partition_state::backoff);
}

TEST_CASE("a worker that ends is restarted after its backoff") {
  auto ready = GENERATE(false, true);
  auto x = make();
  x.begin_incarnation();
  if (ready)
    x.ready();
  auto decision = x.worker_gone(start, 0);
  CHECK(decision.what == action::restart);
  CHECK(decision.delay == 100ms);
  CHECK(x.state() == partition_state::backoff);
  CHECK(x.restarts() == 1);
  CHECK(x.backoff_over(0));
  x.begin_incarnation();
  CHECK(x.state() == partition_state::starting);
}

TEST_CASE("more restarts than allowed exhaust a partition") {
  auto x = make(0, 1);
  x.begin_incarnation();
  CHECK(x.worker_gone(start, 0).what == action::restart);
  x.begin_incarnation();
  CHECK(x.worker_gone(start, 0).what == action::exhaust);
  CHECK(x.state() == partition_state::exhausted);
  CHECK(x.restarts() == 1);
  CHECK_FALSE(x.has_worker());
}

TEST_CASE("a worker that ends while it drains is not restarted") {
  auto x = running();
  x.begin_drain();
  CHECK(x.worker_gone(start, 0).what == action::finish);
  CHECK(x.state() == partition_state::draining);
  CHECK(x.restarts() == 0);
  CHECK(x.drained());
}

TEST_CASE("a call is known while it runs") {
  auto x = running();
  CHECK_FALSE(x.call_since());
  x.call_begun(start);
  CHECK(x.call_since() == start);
  x.call_ended();
  CHECK_FALSE(x.call_since());
  x.call_begun(start);
  x.worker_gone(start, 0);
  CHECK_FALSE(x.call_since());
}

// -- seeks --------------------------------------------------------------------

TEST_CASE("dropped records make the next incarnation begin with a seek") {
  auto x = running();
  deliver(x, 0, 4);
  x.ack(0);
  x.ack_individual(std::vector<offset_t>{2});
  CHECK(x.drop({0, 4}).freed == volume{2, 10});
  x.worker_gone(start, 0);
  CHECK_FALSE(x.backoff_over(4));
  CHECK(x.target()->to == 1);
  CHECK_FALSE(x.target()->revive);
  CHECK(x.state() == partition_state::moving);
  CHECK(x.tracker()->position() == 1);
  CHECK(x.tracker()->acked_above().contains(2));
  CHECK(x.retained() == volume{});
  x.begin_incarnation();
  CHECK(x.state() == partition_state::starting);
  x.worker_gone(start, 0);
  CHECK(x.backoff_over(1)); // once is enough
}

TEST_CASE(
  "records that nobody heard of make the next incarnation begin with a seek") {
  auto x = running();
  deliver(x, 0, 2);
  x.ack(0);
  CHECK(x.accounts_for(2));
  CHECK_FALSE(x.accounts_for(3));
  x.worker_gone(start, 0);
  CHECK_FALSE(x.backoff_over(3));
  CHECK(x.target()->to == 1);
  CHECK_FALSE(x.next_redelivery(-1));
}

TEST_CASE(
  "an incarnation whose position was in doubt begins with a seek in any case") {
  auto x = running();
  deliver(x, 0, 2);
  CHECK(x.doubt());
  x.worker_gone(start, 0);
  CHECK_FALSE(x.backoff_over(2));
  CHECK(x.state() == partition_state::moving);
  CHECK(x.target()->to == 0);
  CHECK(x.target()->revive);
  x.moved();
  x.begin_incarnation();
  x.worker_gone(start, 0);
  CHECK(x.backoff_over(0)); // once is enough
}

TEST_CASE("a begin that the source passed unresolved is sought again") {
  auto x = make(latest);
  x.begin_incarnation();
  x.worker_gone(start, 0);
  CHECK(x.accounts_for(latest));
  CHECK_FALSE(x.backoff_over(7));
  CHECK(x.target()->to == latest);
  CHECK(x.state() == partition_state::moving);
}

TEST_CASE("a seek that fails is a failure like any other") {
  auto x = running();
  x.worker_gone(start, 0);
  REQUIRE_FALSE(x.backoff_over(1));
  auto decision = x.worker_gone(start, 0);
  CHECK(decision.what == action::restart);
  CHECK(decision.delay == 200ms);
  CHECK_FALSE(x.backoff_over(1));
  CHECK(x.target()->to == 0);
}

// -- delivery -----------------------------------------------------------------

TEST_CASE("a logical begin is resolved once, by what comes first") {
  auto how = GENERATE(0, 1, 2);
  auto x = make(latest);
  CHECK_FALSE(x.tracker());
  if (how == 0)
    CHECK(x.take({nullptr, std::nullopt, 7}));
  if (how == 1)
    deliver(x, 7, 8);
  if (how == 2)
    CHECK_FALSE(x.take({nullptr, 7}));
  REQUIRE(x.tracker());
  CHECK_FALSE(x.take({nullptr, std::nullopt, 3}));
  CHECK(x.tracker()->watermark() == 7);
}

TEST_CASE("what the source passed over moves the position, never back") {
  auto x = running();
  x.take({nullptr, 5});
  CHECK(x.tracker()->position() == 5);
  CHECK(x.tracker()->watermark() == 5);
  x.take({nullptr, 3});
  CHECK(x.tracker()->position() == 5);
}

TEST_CASE("retained records are found behind an offset") {
  auto x = running();
  deliver(x, 0, 2);
  deliver(x, 2, 5);
  x.ack_individual(std::vector<offset_t>{3});
  auto first = x.next_redelivery(-1);
  REQUIRE(first);
  CHECK(offsets_of(*first) == std::vector<offset_t>{0, 1});
  auto second = x.next_redelivery(1);
  REQUIRE(second);
  CHECK(offsets_of(*second) == std::vector<offset_t>{2, 4});
  CHECK_FALSE(x.next_redelivery(4));
}

// -- acks ---------------------------------------------------------------------

TEST_CASE("an ack frees what it acks and tells whether the watermark moved") {
  auto x = running();
  deliver(x, 0, 4);
  auto individual = x.ack_individual(std::vector<offset_t>{2});
  CHECK(individual.result == ack_result::accepted);
  CHECK(individual.freed == volume{1, 5});
  CHECK(individual.records == 1);
  CHECK_FALSE(individual.moved);
  auto cumulative = x.ack(2);
  CHECK(cumulative.freed == volume{2, 10});
  CHECK(cumulative.records == 2);
  CHECK(cumulative.moved);
  CHECK(x.retained() == volume{1, 5});
}

TEST_CASE("an ack of a continued record counts and frees nothing") {
  auto x = running();
  deliver(x, 0, 2);
  x.drop({0, 2});
  auto effect = x.ack(0);
  CHECK(effect.result == ack_result::accepted);
  CHECK(effect.records == 1);
  CHECK(effect.moved);
  CHECK(effect.freed == volume{});
}

TEST_CASE("a refused ack changes nothing") {
  auto x = running();
  deliver(x, 0, 2);
  auto effect = x.ack(2);
  CHECK(effect.result == ack_result::beyond_delivered);
  CHECK(effect.records == 0);
  CHECK_FALSE(effect.moved);
  CHECK(x.retained() == volume{2, 10});
}

TEST_CASE("acks in one go do what they do one by one") {
  auto x = running();
  auto one_by_one = running();
  auto cumulative = GENERATE(true, false);
  auto acks = cumulative ? std::vector<offset_t>{2, 3, 6}
                         : std::vector<offset_t>{3, 0, 1, 7};
  ack_effect sum;
  deliver(x, 0, 10);
  deliver(one_by_one, 0, 10);
  for (auto& i : acks) {
    auto effect = cumulative ? one_by_one.ack(i)
                             : one_by_one.ack_individual({&i, 1});
    REQUIRE(effect.result == ack_result::accepted);
    sum.freed += effect.freed;
    sum.records += effect.records;
  }
  auto effect = x.ack_each(acks, cumulative);
  REQUIRE(effect);
  CHECK(effect->result == ack_result::accepted);
  CHECK(effect->freed == sum.freed);
  CHECK(effect->records == sum.records);
  CHECK(effect->moved);
  CHECK(x.tracker()->watermark() == one_by_one.tracker()->watermark());
  CHECK(x.tracker()->pending().ranges()
        == one_by_one.tracker()->pending().ranges());
}

TEST_CASE("acks of which one is refused are not done in one go") {
  auto x = running();
  deliver(x, 0, 10);
  x.ack(3);
  using offsets = std::vector<offset_t>;
  CHECK_FALSE(x.ack_each(offsets{4, 10}, true)); // beyond
  CHECK_FALSE(x.ack_each(offsets{3, 4}, true));  // below
  CHECK_FALSE(x.ack_each(offsets{6, 5}, true));  // then 5 is below
  CHECK_FALSE(x.ack_each(offsets{5, 5}, true));
  CHECK_FALSE(x.ack_each(offsets{5, 10}, false));
  CHECK_FALSE(x.ack_each(offsets{5, 3}, false));
  CHECK(x.tracker()->watermark() == 4);
  CHECK(x.tracker()->pending().ranges() == std::vector<offset_range>{{4, 10}});
}

TEST_CASE("before the begin is resolved no acks are done in one go") {
  auto x = make(latest);
  x.begin_incarnation();
  CHECK_FALSE(x.ack_each(std::vector<offset_t>{1, 2}, true));
  CHECK_FALSE(x.ack_each(std::vector<offset_t>{1, 2}, false));
}

TEST_CASE("an ack before the begin is resolved is beyond what was delivered") {
  auto x = make(latest);
  CHECK(x.ack(0).result == ack_result::beyond_delivered);
  CHECK(x.ack(-1).result == ack_result::negative_offset);
  CHECK(x.ack_individual(std::vector<offset_t>{4}).result
        == ack_result::beyond_delivered);
  CHECK(x.ack_individual({}).result == ack_result::negative_offset);
  CHECK_FALSE(x.tracker());
}

// -- giving back --------------------------------------------------------------

TEST_CASE("a drain waits for the worker") {
  auto x = running();
  CHECK_FALSE(x.drained());
  x.begin_drain();
  CHECK_FALSE(x.drained());
  x.worker_drained();
  CHECK(x.drained());
  CHECK_FALSE(x.has_worker());
}

TEST_CASE("a drain waits for the acks that the handler kept") {
  auto x = running();
  deliver(x, 0, 4);
  x.ack_individual(std::vector<offset_t>{1});
  x.await_acks({0, 3});
  x.begin_drain();
  x.worker_drained();
  CHECK_FALSE(x.drained());
  x.ack_individual(std::vector<offset_t>{2});
  CHECK_FALSE(x.drained());
  x.ack(0);
  CHECK(x.drained()); // 3 is not awaited
}

TEST_CASE("acks that were awaited from a worker that died are not any more") {
  auto x = running();
  deliver(x, 0, 2);
  x.await_acks({0, 2});
  x.worker_gone(start, 0);
  x.begin_drain();
  CHECK(x.drained());
}

TEST_CASE("any state without a worker is drained at once") {
  auto state = GENERATE(partition_state::backoff, partition_state::moving,
                        partition_state::exhausted);
  auto x = make(0, state == partition_state::exhausted ? 0 : 10);
  x.begin_incarnation();
  x.worker_gone(start, 0);
  if (state == partition_state::moving)
    x.backoff_over(1);
  REQUIRE(x.state() == state);
  x.begin_drain();
  CHECK(x.drained());
}

TEST_CASE("what is fenced is drained no more and takes nothing") {
  auto x = running();
  x.begin_drain();
  x.worker_drained();
  REQUIRE(x.drained());
  x.fence();
  CHECK(x.state() == partition_state::fenced);
  CHECK_FALSE(x.drained());
}

// -- positions out of range ---------------------------------------------------

TEST_CASE("a position is doubted once, and believed or reset") {
  auto x = running();
  CHECK(x.doubt());
  CHECK(x.state() == partition_state::doubted);
  CHECK_FALSE(x.doubt());
  CHECK(x.asked() == 1);
  x.ask_again();
  CHECK(x.asked() == 2);
  SECTION("believed: it is moved there, and the same worker reads on") {
    deliver(x, 0, 2);
    x.believe();
    CHECK(x.state() == partition_state::moving);
    CHECK(x.has_worker());
    CHECK(x.target()->to == 2);
    CHECK(x.target()->revive);
    x.moved();
    CHECK(x.state() == partition_state::running);
    CHECK(x.doubt());
    CHECK(x.asked() == 1);
  }
  SECTION("believed, but the worker ends meanwhile: from the watermark") {
    deliver(x, 0, 2);
    x.believe();
    auto first = x.target()->id;
    x.worker_gone(start, 0);
    CHECK_FALSE(x.target());
    CHECK_FALSE(x.backoff_over(2));
    CHECK(x.target()->to == 0);
    CHECK(x.target()->id != first); // the first one's answer is void
  }
  SECTION("reset: a new generation, moved before its first worker") {
    deliver(x, 0, 2);
    x.reset({2}, latest);
    CHECK(x.state() == partition_state::moving);
    CHECK(x.gen() == generation{2});
    CHECK_FALSE(x.has_worker());
    CHECK_FALSE(x.tracker());
    CHECK(x.retained() == volume{});
    CHECK(x.target()->to == latest);
    CHECK(x.target()->revive);
  }
  SECTION("given back: nobody needs to know") {
    x.begin_drain();
    CHECK(x.state() == partition_state::draining);
    CHECK_FALSE(x.doubt());
  }
}

TEST_CASE(
  "a move that is refused is tried again, still out of a lost position") {
  auto x = running();
  x.reset({2}, latest);
  CHECK(x.worker_gone(start, 0).what == action::restart);
  CHECK_FALSE(x.target());
  CHECK_FALSE(x.backoff_over(latest));
  CHECK(x.target()->revive);
}

TEST_CASE("a slow call is told once for each time its limit has passed") {
  auto x = running();
  CHECK_FALSE(x.slow_call(start + 1h, 1min));
  x.call_begun(start);
  CHECK_FALSE(x.slow_call(start + 59s, 1min));
  CHECK(x.slow_call(start + 61s, 1min) == 61s);
  CHECK(x.is_slow());
  CHECK_FALSE(x.slow_call(start + 90s, 1min));
  CHECK(x.slow_call(start + 2min, 1min) == 2min);
  x.call_ended();
  CHECK_FALSE(x.is_slow());
}

TEST_CASE("a pause is told when it begins and when it ends") {
  auto x = running();
  CHECK_FALSE(x.set_pause(pause_reason::ack_ranges, false));
  CHECK(x.set_pause(pause_reason::ack_ranges, true));
  CHECK_FALSE(x.set_pause(pause_reason::ack_ranges, true));
  CHECK(x.is_paused(pause_reason::ack_ranges));
  CHECK(x.set_pause(pause_reason::ack_ranges, false));
  CHECK_FALSE(x.is_paused(pause_reason::ack_ranges));
}

TEST_CASE("an operator's pause is told beside any other, and outlives a new "
          "generation") {
  auto x = running();
  CHECK(x.set_pause(pause_reason::ack_ranges, true));
  CHECK(x.set_pause(pause_reason::intent, true));
  x.reset({2}, 7);
  CHECK(x.is_paused(pause_reason::intent));
  CHECK_FALSE(x.is_paused(pause_reason::ack_ranges)); // nothing is acked yet
  CHECK(x.set_pause(pause_reason::intent, false));
  CHECK_FALSE(x.is_paused(pause_reason::intent));
}

TEST_CASE("what comes next is what is retained, and else the source") {
  auto x = make(latest);
  auto step = x.next_step(-1);
  CHECK_FALSE(step.again);
  CHECK(step.from == 0);
  x = running();
  deliver(x, 0, 4);
  deliver(x, 4, 6);
  x.ack_individual(std::vector<offset_t>{1});
  step = x.next_step(-1);
  REQUIRE(step.again);
  CHECK(offsets_of(*step.again) == std::vector<offset_t>{0, 2, 3});
  CHECK(offsets_of(*x.next_step(3).again) == std::vector<offset_t>{4, 5});
  for (auto& read : {x.next_step(5), x.read_step()}) {
    CHECK_FALSE(read.again);
    CHECK(read.from == 6);
    CHECK(read.skip.contains(1));
  }
}

TEST_CASE(
  "a worker that is gone when its partition is fenced has no successor") {
  auto x = running();
  x.begin_drain();
  x.fence();
  CHECK(x.worker_gone(start, 0).what == action::finish);
  CHECK(x.state() == partition_state::fenced);
}
