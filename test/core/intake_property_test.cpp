// Every offset that the source has passed is acked, retained, a hole, or at or
// above the offset of a seek that comes first: whatever one drain gives, and
// wherever an incarnation ends.

#include "core/partition.hpp"
#include "core/record_source.hpp"

#include "support/property.hpp"

#include <set>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

/// A log with gaps, and what reads it: its records, an error or an end in any
/// place of one drain.
struct model_source {
  std::set<offset_t> records;
  offset_t end = 0;
  offset_t position = 0;

  /// As `record_source::drain`.
  fetched drain(std::size_t records_max, const range_set& skip, offset_t from,
                bool calm) {
    fetched out;
    record_block::builder block;
    auto i = records.lower_bound(position);
    for (; i != records.end() && block.size() < records_max; ++i) {
      out.next = position = *i + 1;
      if (*i >= from && !skip.contains(*i))
        block.add(*i, std::nullopt, "v");
    }
    switch (calm ? 0 : *rc::gen::inRange(0, 4)) {
      case 3:
        out.error = "a broker's answer";
        break;
      case 1:
        if (i == records.end())
          out.next = position = end;
        break;
      default:
        break;
    }
    if (block.size() > 0)
      out.block = block.finish();
    return out;
  }
};

/// A partition with its worker of the moment, driven as the manager does.
struct fixture {
  partition machine{generation{1}, 0, {100ms, 30s, unlimited, 10min}};
  model_source source;
  std::set<offset_t> handled;
  std::vector<delivery_ptr> out; // delivered in this incarnation
  delivery_step reading;         // what the source is read with
  bool reads = false;            // the retained records are through
  time_point now{1h};

  static constexpr auto unlimited = std::numeric_limits<std::size_t>::max();

  void begin() {
    machine.begin_incarnation();
    machine.ready();
    out.clear();
    reads = false;
  }
  /// The worker ends, wherever it stands; its successor begins.
  void end_incarnation() {
    machine.worker_gone(now += 1h, 0);
    if (!machine.backoff_over(source.position))
      source.position = machine.target()->to;
    begin();
  }
  void redeliver_all() {
    for (offset_t after = -1; auto x = machine.next_redelivery(after);) {
      for (std::size_t i = 0; i < x->from->block->size(); ++i)
        after = x->from->block->offset_at(i);
      out.push_back(x->from);
      handle(*x->from);
    }
    reading = machine.read_step();
    reads = true;
  }
  void handle(const delivery& x) {
    for (std::size_t i = 0; i < x.block->size(); ++i)
      handled.insert(x.block->offset_at(i));
  }
  /// One drain, and what a worker, or its end, makes of it. Calm: nothing
  /// fails.
  void drain(bool calm = false) {
    if (!reads)
      redeliver_all();
    auto got = source.drain(*rc::gen::inRange<std::size_t>(1, 6), reading.skip,
                            reading.from, calm);
    if (!calm && *rc::gen::inRange(0, 8) == 7)
      return end_incarnation(); // before anybody heard of it
    intake what{nullptr, got.next, got.resolved_begin};
    if (got.block)
      what.block = std::make_shared<delivery>(got.block);
    machine.take(what);
    if (!got.error.empty())
      return end_incarnation();
    if (!what.block)
      return;
    out.push_back(what.block);
    handle(*what.block);
  }
  void ack_any() {
    if (out.empty())
      return;
    auto& block = *(*rc::gen::elementOf(out))->block;
    auto offset
      = block.offset_at(*rc::gen::inRange<std::size_t>(0, block.size()));
    if (*rc::gen::arbitrary<bool>())
      machine.ack(offset);
    else
      machine.ack_individual({&offset, 1});
  }
  void step() {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        return end_incarnation();
      case 1:
        if (!out.empty()) {
          auto& block = *(*rc::gen::elementOf(out))->block;
          machine.drop(
            {block.offset_at(0), block.offset_at(block.size() - 1) + 1});
        }
        return;
      case 2:
      case 3:
      case 4:
        return ack_any();
      default:
        return drain();
    }
  }
  bool is_retained(offset_t x) const {
    for (offset_t after = -1; auto next = machine.next_redelivery(after);) {
      auto& block = *next->from->block;
      after = block.offset_at(block.size() - 1);
      auto i = block.lower_bound(x);
      auto holds = i < block.size() && block.offset_at(i) == x;
      if (holds && next->indices.empty())
        return true;
      for (auto k : next->indices)
        if (holds && k == i)
          return true;
    }
    return false;
  }
  void check() const {
    auto& tracker = *machine.tracker();
    // Else the next incarnation seeks to the watermark.
    auto seeks = !machine.accounts_for(source.position);
    for (auto x : source.records) {
      auto is_acked = x < tracker.watermark()
                      || tracker.acked_above().contains(x);
      RC_ASSERT(x >= source.position || is_acked || is_retained(x) || seeks);
      RC_ASSERT(!is_acked || handled.contains(x));
    }
  }
};

} // namespace

TEST_CASE("what the source has passed is acked, retained, or sought again") {
  cafka::test::check_property("intake", [] {
    fixture f;
    for (auto n = *rc::gen::inRange(1, 40); n > 0; --n) {
      f.source.end += *rc::gen::inRange(0, 3);
      f.source.records.insert(f.source.end++);
    }
    f.begin();
    for (auto n = *rc::gen::inRange(1, 60); n > 0; --n) {
      f.step();
      f.check();
    }
    // In the end all of it is handled, and acked by who handled it.
    f.end_incarnation();
    f.redeliver_all();
    while (f.source.records.lower_bound(f.source.position)
           != f.source.records.end())
      f.drain(true);
    f.redeliver_all();
    f.machine.ack(f.machine.tracker()->position() - 1);
    RC_ASSERT(f.handled == f.source.records);
    RC_ASSERT(f.machine.tracker()->watermark() > *f.source.records.rbegin());
  });
}
