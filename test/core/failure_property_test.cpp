// Exactly the culprits are got past, all else is handled, and no watermark
// passes a record that is neither: whatever is delivered, kept, killed,
// revoked, and whichever dead letter cannot be written.

#include "core/partition.hpp"

#include "support/property.hpp"

#include <set>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

using offsets = std::vector<offset_t>;
using note = failure_note::kind;

failure_rules any_rules() {
  failure_rules result;
  result.retries = *rc::gen::inRange<std::size_t>(0, 3);
  result.then = *rc::gen::element(
    std::vector{failure_step::dead_letter}, std::vector{failure_step::skip},
    std::vector{failure_step::dead_letter, failure_step::skip});
  result.flood_after = *rc::gen::inRange<std::size_t>(1, 6);
  return result;
}

bool chance(int of) {
  return *rc::gen::inRange(0, of) == 0;
}

/// A member with one partition, its handler, and what its producer wrote.
struct member {
  std::set<offset_t> log;
  std::set<offset_t> culprits;
  failure_rules rules = any_rules();
  bool calm = false; ///< nothing fails any more but for the culprits

  partition machine{generation{1}, 0, limits(), rules, {}};
  std::set<offset_t> handled;
  std::set<offset_t> got_past;
  std::set<offset_t> got_past_now; ///< in this generation
  std::set<offset_t> kept;         ///< by the handlers of all incarnations
  std::vector<dead_letter_order> away;
  offset_t position = 0; ///< of the source
  offset_t after = -1;   ///< delivered last in this incarnation
  time_point now{1h};

  static restart_limits limits() {
    return {100ms, 30s, std::numeric_limits<std::size_t>::max(), 10min};
  }

  void begin() {
    machine.begin_incarnation();
    machine.ready();
    after = -1;
  }

  // -- what the manager does

  void take(const std::vector<failure_note>& notes) {
    for (auto& x : notes)
      if (x.what == note::dead_lettered || x.what == note::record_skipped) {
        RC_ASSERT(culprits.contains(x.offset));
        RC_ASSERT(got_past_now.insert(x.offset).second);
        got_past.insert(x.offset);
      }
  }
  void take(failure_effect x) {
    take(x.notes);
    take(x.acked.notes);
    std::ranges::move(x.letters, std::back_inserter(away));
  }
  void take(const ack_effect& x) {
    for (auto& y : x.notes)
      RC_ASSERT(y.what == note::isolation_through);
  }
  /// The partition is given back, and comes again.
  void revoke() {
    machine.begin_drain();
    auto mark = machine.tracker()->watermark();
    machine.fence();
    away.clear(); // whatever becomes of them, nobody hears of it
    kept.clear();
    got_past_now.clear(); // above the mark they come again
    position = mark;
    machine = partition{
      generation{machine.gen().value + 1}, mark, limits(), rules, {}};
    begin();
  }
  void wait() {
    auto next = machine.next_look();
    if (machine.next_try())
      next = std::min(*machine.next_try(), next.value_or(*machine.next_try()));
    if (!next)
      return;
    now = std::max(now, *next);
    take(machine.look(now, 0));
    if (machine.state() == partition_state::backoff
        && machine.next_try() <= now)
      begin_next();
  }
  void begin_next() {
    if (!machine.backoff_over(position)) {
      position = machine.target()->to;
      away.clear();
      machine.moved();
    }
    begin();
  }
  void report() {
    auto i = away.begin()
             + *rc::gen::inRange<std::ptrdiff_t>(
               0, static_cast<std::ptrdiff_t>(away.size()));
    auto x = std::move(*i);
    away.erase(i);
    std::optional<failure_cause> failure;
    if (!calm && chance(3))
      failure = failure_cause{errc::dead_letter_failed, "no", {}};
    auto effect = machine.reported(x.id, failure, "dlq-0@1", now, 0);
    if (effect)
      take(std::move(*effect));
  }

  // -- what its handler does

  void call(const offsets& xs) {
    offset_range batch{xs.front(), xs.back() + 1};
    machine.call_begun(now, batch);
    RC_ASSERT(machine.isolated_until().value_or(0) <= xs.front()
              || xs.size() == 1);
    for (auto x : xs)
      RC_ASSERT(!got_past_now.contains(x) && x > after);
    after = xs.back();
    auto first = std::ranges::find_if(xs, [this](offset_t x) {
      return culprits.contains(x);
    });
    auto how = calm ? *rc::gen::inRange(0, 3) : *rc::gen::inRange(0, 5);
    if (how == 3 || !only_failed_below(batch.first))
      keep(xs); // its ack would cover what it kept before
    else if (first != xs.end())
      fail(xs, batch, *first, how);
    else if (how == 4 && xs.size() > 1)
      fail(xs, batch, std::nullopt, 0); // an outage
    else
      handle(xs, batch);
    machine.call_ended();
  }
  void keep(const offsets& xs) {
    kept.insert(xs.begin(), xs.end());
    machine.await_acks({xs.front(), xs.back() + 1}, now);
  }
  void fail(const offsets& xs, offset_range batch, std::optional<offset_t> at,
            int how) {
    failed_call x{batch, xs.size(), {}, {errc::handler_failed, "bad", {}}};
    if (how > 0)
      x.at = at;
    for (auto i : xs)
      if (x.at && i < *x.at)
        handled.insert(i);
    take(how == 2 ? machine.rejected(x, now, 0)
                  : machine.call_failed(x, now, 0));
    if (how == 2)
      after = *x.at; // the rest of the batch comes first
  }
  void handle(const offsets& xs, offset_range batch) {
    auto through = calm ? xs.back() : *rc::gen::elementOf(xs);
    for (auto i : xs)
      if (i <= through)
        handled.insert(i);
    take(machine.ack_call(batch, through));
    after = through;
  }
  /// Who works on records that the handler kept.
  void work() {
    auto x = *rc::gen::elementOf(kept);
    kept.erase(x);
    if (culprits.contains(x)) {
      auto [result, effect]
        = machine.nack(x, chance(2), {errc::handler_failed, "bad", {}}, now, 0);
      take(std::move(effect));
      return;
    }
    handled.insert(x);
    // Cumulative where all below is worked on too, but for what failed.
    take(only_failed_below(x) ? machine.ack(x)
                              : machine.ack_individual({&x, 1}));
  }
  bool only_failed_below(offset_t x) const {
    for (auto range : machine.tracker()->pending().intersection({0, x}))
      for (auto i = range.first; i < range.last; ++i)
        if (machine.failed().failures(i) == 0)
          return false;
    return true;
  }

  // -- steps

  void deliver() {
    if (machine.waits_for_ack())
      return kept.empty() ? wait() : work();
    if (auto next = machine.next_redelivery(after)) {
      offsets xs;
      auto& block = *next->from->block;
      for (std::size_t i = 0; i < block.size() && next->indices.empty(); ++i)
        xs.push_back(block.offset_at(i));
      for (auto i : next->indices)
        xs.push_back(block.offset_at(i));
      if (machine.isolated_until())
        after = xs.front() - 1; // wherever it stood
      return call(xs);
    }
    if (!read())
      wait(); // for what is on its way, or to be tried again
  }
  /// False: there is nothing new.
  bool read() {
    auto most = *rc::gen::inRange<std::size_t>(1, 6);
    if (position < machine.isolated_until().value_or(0))
      most = 1;
    record_block::builder block;
    offsets xs;
    auto next = position;
    for (auto i = log.lower_bound(position); i != log.end() && xs.size() < most;
         ++i) {
      next = *i + 1;
      if (machine.tracker()->acked_above().contains(*i))
        continue;
      xs.push_back(*i);
      block.add(*i, std::nullopt, "v");
    }
    if (next == position)
      return false;
    position = next;
    intake what{nullptr, next, std::nullopt};
    if (!xs.empty())
      what.block = std::make_shared<delivery>(block.finish());
    machine.take(what);
    if (!xs.empty())
      call(xs);
    return true;
  }
  void step() {
    auto kind = calm ? 0 : *rc::gen::inRange(0, 10);
    if (kind == 1 && machine.has_worker())
      machine.worker_gone(now, 0, errc::worker_killed); // a kill
    else if (kind == 2 && chance(4))
      revoke();
    else if (!away.empty() && (calm || kind <= 4))
      report();
    else if (!machine.has_worker())
      wait();
    else if (!kept.empty() && (calm || kind <= 6))
      work();
    else if (kind == 7)
      wait();
    else
      deliver();
    check();
  }
  void check() const {
    auto mark = machine.tracker()->watermark();
    for (auto x : log) {
      if (x >= mark)
        break;
      auto& done = culprits.contains(x) ? got_past : handled;
      RC_ASSERT(done.contains(x));
    }
    RC_ASSERT(machine.state() != partition_state::exhausted);
  }
};

} // namespace

TEST_CASE(
  "exactly the culprits are got past, all else is handled in order, and "
  "no watermark passes what is neither") {
  cafka::test::check_property("culprits", [] {
    member m;
    offset_t end = 0;
    for (auto n = *rc::gen::inRange(1, 30); n > 0; --n) {
      end += *rc::gen::inRange(0, 3);
      if (*rc::gen::inRange(0, 4) == 0)
        m.culprits.insert(end);
      m.log.insert(end++);
    }
    m.begin();
    for (auto n = *rc::gen::inRange(0, 100); n > 0; --n)
      m.step();
    m.calm = true;
    for (int n = 0; m.machine.tracker()->watermark() < end; ++n) {
      RC_ASSERT(n < 10'000);
      m.step();
    }
    auto others = m.log;
    for (auto x : m.culprits)
      others.erase(x);
    RC_ASSERT(m.got_past == m.culprits);
    RC_ASSERT(m.handled == others);
  });
}
