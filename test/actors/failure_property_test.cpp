// Exactly the culprits leave, whatever is killed and refused on the way.

#include "support/scripted_group.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace cafka;
using namespace cafka::test;

namespace {

/// A group whose handler fails with what holds a culprit, without blame, over a
/// log with gaps.
class world {
public:
  explicit world(unsigned seed) : random_(seed) {
    g.config.on_failure.retries = 1;
    g.config.on_failure.then = {failure_step::dead_letter};
    g.config.on_failure.flood_after = 1'000;
    g.config.restart_backoff_max = g.config.restart_backoff_min;
    g.config.batch_size = 1 + random_() % 4;
    g.handlers.answer = [this](const message_batch& x) { return answer(x); };
    for (offset_t i = 0; i < 24; ++i)
      if (chance(5)) {
        g.log(0).records.push_back({i, 10});
        (chance(1) ? culprits : others).insert(i);
      }
    g.log(0).end = 24;
    g.start_manager();
    g.assign({0});
    g.settle();
  }

  /// False: it did not come to the end.
  bool run() {
    for (int i = 0; i < 2'000 && watermark() < 24; ++i) {
      if (chance(1))
        g.kill_worker(0);
      report_some();
      ack_some();
      g.advance(50ms);
      check();
    }
    return watermark() == 24;
  }

  scripted_group g;
  std::set<offset_t> culprits;
  std::set<offset_t> others;
  std::set<offset_t> handled;
  std::set<offset_t> written; ///< dead letters with a good report

private:
  /// `n` of six times.
  bool chance(unsigned n) {
    return random_() % 6 < n;
  }
  offset_t watermark() {
    return g.status(0).watermark;
  }
  handler_answer answer(const message_batch& x) {
    for (auto y : x)
      if (culprits.contains(y.offset()))
        throw std::runtime_error{"poison"};
    // An ack covers what is below, so that what is kept must be acked first.
    if (!kept_.empty() || chance(1)) {
      for (auto y : x)
        kept_.push_back(y.offset());
      return handler_answer::no_ack();
    }
    if (chance(1)) {
      handled.insert(x.first_offset());
      return handler_answer::ack_through(x.first_offset());
    }
    for (auto y : x)
      handled.insert(y.offset());
    return handler_answer::ack();
  }
  void ack_some() {
    for (auto offset : std::exchange(kept_, {})) {
      handled.insert(offset);
      g.ack_individual(0, {offset});
    }
  }
  void report_some() {
    for (; reported_ < g.writer->sent.size() && chance(4); ++reported_) {
      if (chance(2)) {
        g.refuse(reported_);
        continue;
      }
      for (auto& h : g.writer->sent[reported_].record.headers)
        if (h.name == "__dlq.errors.offset")
          written.insert(std::stoll(*h.value));
      g.deliver(reported_);
    }
  }
  /// Nothing at or above a culprit is committed before its letter is written.
  void check() {
    for (auto x : culprits)
      if (!written.contains(x))
        for (auto& request : g.coordinator.commits)
          for (auto& entry : request.entries)
            REQUIRE(entry.offset <= x);
  }

  std::minstd_rand random_;
  offsets kept_;
  std::size_t reported_ = 0;
};

} // namespace

TEST_CASE(
  "exactly the culprits go to the dead letters, and all else is handled, "
  "whatever is killed and refused on the way") {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    world x{seed};
    REQUIRE(x.run());
    CHECK(x.written == x.culprits);
    CHECK(x.handled == x.others);
    CHECK(x.g.status(0).window_records == 0);
  }
}
