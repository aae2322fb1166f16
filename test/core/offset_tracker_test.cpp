#include "core/offset_tracker.hpp"

#include "support/property.hpp"

#include <set>
#include <tuple>

using namespace cafka;
using namespace cafka::core;

namespace {

using ranges = std::vector<offset_range>;
using offsets = std::vector<offset_t>;

// Everything from `begin` up to `next` was delivered, without holes.
offset_tracker delivered(offset_t begin, offset_t next) {
  offset_tracker result{begin};
  result.delivered(ranges{{begin, next}}, next);
  return result;
}

auto state_of(const offset_tracker& x) {
  return std::tuple{x.watermark(), x.position(), x.pending().ranges(),
                    x.acked_above().ranges()};
}

range_set set_of(const ranges& xs) {
  range_set result;
  for (auto& x : xs)
    result.insert(x);
  return result;
}

void check_refused(offset_tracker uut, offset_t offset, ack_result expected) {
  auto before = state_of(uut);
  auto outcome = uut.ack(offset);
  CHECK(outcome.result == expected);
  CHECK(outcome.newly_acked.empty());
  CHECK(state_of(uut) == before);
}

void check_refused(offset_tracker uut, const offsets& xs, ack_result expected) {
  auto before = state_of(uut);
  auto outcome = uut.ack_individual(xs);
  CHECK(outcome.result == expected);
  CHECK(outcome.newly_acked.empty());
  CHECK(state_of(uut) == before);
}

} // namespace

// -- delivery -----------------------------------------------------------------

TEST_CASE("a new tracker stands at its begin with nothing pending") {
  offset_tracker uut{7};
  CHECK(uut.watermark() == 7);
  CHECK(uut.position() == 7);
  CHECK_FALSE(uut.has_pending());
}

TEST_CASE("delivery moves the position and leaves the watermark") {
  auto uut = delivered(7, 10);
  CHECK(uut.position() == 10);
  CHECK(uut.watermark() == 7);
  CHECK(uut.has_pending());
  CHECK(uut.pending().ranges() == ranges{{7, 10}});
}

TEST_CASE("a hole before the first record lifts the watermark") {
  offset_tracker uut{0};
  uut.delivered(ranges{{4, 5}, {8, 9}}, 12);
  CHECK(uut.watermark() == 4);
  CHECK(uut.position() == 12);
  CHECK(uut.pending().ranges() == ranges{{4, 5}, {8, 9}});
}

TEST_CASE("passing over a hole alone lifts watermark and position") {
  offset_tracker uut{0};
  uut.delivered(ranges{}, 5);
  CHECK(uut.watermark() == 5);
  CHECK(uut.position() == 5);
}

// -- cumulative acks ----------------------------------------------------------

TEST_CASE("a cumulative ack moves the watermark behind its offset") {
  auto uut = delivered(0, 10);
  auto outcome = uut.ack(3);
  CHECK(outcome.result == ack_result::accepted);
  CHECK(outcome.newly_acked == ranges{{0, 4}});
  CHECK(uut.watermark() == 4);
  CHECK(uut.pending().ranges() == ranges{{4, 10}});
}

TEST_CASE("an ack of the last delivered offset leaves nothing pending") {
  auto uut = delivered(0, 10);
  CHECK(uut.ack(9).result == ack_result::accepted);
  CHECK(uut.watermark() == 10);
  CHECK_FALSE(uut.has_pending());
}

TEST_CASE("the watermark passes the holes behind an ack") {
  offset_tracker uut{0};
  uut.delivered(ranges{{0, 2}, {6, 8}}, 9);
  CHECK(uut.ack(1).newly_acked == ranges{{0, 2}});
  CHECK(uut.watermark() == 6);
  CHECK(uut.ack(7).newly_acked == ranges{{6, 8}});
  CHECK(uut.watermark() == 9);
}

TEST_CASE("a cumulative ack in a hole counts for the records below it") {
  offset_tracker uut{0};
  uut.delivered(ranges{{0, 2}, {6, 8}}, 9);
  auto outcome = uut.ack(4);
  CHECK(outcome.result == ack_result::accepted);
  CHECK(outcome.newly_acked == ranges{{0, 2}});
  CHECK(uut.watermark() == 6);
}

TEST_CASE("a cumulative ack counts individually acked records only once") {
  auto uut = delivered(0, 10);
  uut.ack_individual(offsets{2, 4});
  CHECK(uut.ack(4).newly_acked == ranges{{0, 2}, {3, 4}});
  CHECK(uut.watermark() == 5);
  CHECK(uut.acked_above().empty());
}

TEST_CASE("a cumulative ack joins the individual acks behind it") {
  auto uut = delivered(0, 10);
  uut.ack_individual(offsets{4, 5, 8});
  CHECK(uut.ack(3).result == ack_result::accepted);
  CHECK(uut.watermark() == 6);
  CHECK(uut.acked_above().ranges() == ranges{{8, 9}});
}

TEST_CASE("a cumulative ack that is refused changes nothing") {
  auto uut = delivered(5, 10);
  uut.ack(6);
  check_refused(uut, -1, ack_result::negative_offset);
  check_refused(uut, 10, ack_result::beyond_delivered);
  check_refused(uut, 1'000'000, ack_result::beyond_delivered);
  check_refused(uut, 6, ack_result::below_watermark);
  check_refused(uut, 0, ack_result::below_watermark);
}

TEST_CASE("before any delivery every cumulative ack is refused") {
  check_refused(offset_tracker{5}, 5, ack_result::beyond_delivered);
  check_refused(offset_tracker{5}, 4, ack_result::below_watermark);
}

// -- individual acks ----------------------------------------------------------

TEST_CASE("an individual ack above the lowest record leaves the watermark") {
  auto uut = delivered(0, 5);
  auto outcome = uut.ack_individual(offsets{3});
  CHECK(outcome.result == ack_result::accepted);
  CHECK(outcome.newly_acked == ranges{{3, 4}});
  CHECK(uut.watermark() == 0);
  CHECK(uut.acked_above().ranges() == ranges{{3, 4}});
}

TEST_CASE("the watermark moves when everything delivered below is acked") {
  auto uut = delivered(0, 5);
  uut.ack_individual(offsets{1, 2});
  CHECK(uut.watermark() == 0);
  uut.ack_individual(offsets{0});
  CHECK(uut.watermark() == 3);
  CHECK(uut.acked_above().empty());
}

TEST_CASE("individual acks come in any order and may repeat") {
  auto uut = delivered(0, 9);
  auto outcome = uut.ack_individual(offsets{7, 3, 4, 3, 7, 2});
  CHECK(outcome.newly_acked == ranges{{2, 5}, {7, 8}});
  CHECK(uut.ack_range_count() == 2);
}

TEST_CASE("what was acked already is no refusal beside what was not") {
  auto uut = delivered(0, 9);
  uut.ack_individual(offsets{3, 5});
  auto outcome = uut.ack_individual(offsets{3, 4, 5});
  CHECK(outcome.result == ack_result::accepted);
  CHECK(outcome.newly_acked == ranges{{4, 5}});
  CHECK(uut.ack_range_count() == 1);
}

TEST_CASE("individual acks that were all made before change nothing") {
  auto uut = delivered(0, 9);
  uut.ack_individual(offsets{3, 5});
  check_refused(uut, offsets{5, 3}, ack_result::already_acked);
}

TEST_CASE("one refused offset refuses all individual acks beside it") {
  offset_tracker uut{0};
  uut.delivered(ranges{{0, 5}, {6, 9}}, 9);
  uut.ack(1);
  check_refused(uut, offsets{3, -1}, ack_result::negative_offset);
  check_refused(uut, offsets{3, 9}, ack_result::beyond_delivered);
  check_refused(uut, offsets{3, 1}, ack_result::below_watermark);
  check_refused(uut, offsets{3, 5}, ack_result::not_delivered);
}

TEST_CASE("an empty list of individual acks names no offset and is refused") {
  check_refused(delivered(0, 5), offsets{}, ack_result::negative_offset);
}

TEST_CASE("of several refusals the gravest is named") {
  offset_tracker uut{0};
  uut.delivered(ranges{{0, 5}, {6, 9}}, 9);
  uut.ack(1);
  check_refused(uut, offsets{5, 1, 9, -1}, ack_result::negative_offset);
  check_refused(uut, offsets{5, 1, 9}, ack_result::beyond_delivered);
  check_refused(uut, offsets{5, 1}, ack_result::below_watermark);
}

// -- rewind -------------------------------------------------------------------

TEST_CASE("a rewind begins again at the watermark") {
  auto uut = delivered(0, 10);
  uut.ack(3);
  uut.rewind();
  CHECK(uut.position() == 4);
  CHECK(uut.watermark() == 4);
  CHECK_FALSE(uut.has_pending());
  check_refused(uut, 4, ack_result::beyond_delivered);
}

TEST_CASE("individual acks outlast a rewind") {
  auto uut = delivered(0, 10);
  uut.ack_individual(offsets{5, 6});
  uut.rewind();
  CHECK(uut.watermark() == 0);
  CHECK(uut.acked_above().ranges() == ranges{{5, 7}});
  uut.delivered(ranges{{0, 5}, {7, 10}}, 10);
  uut.ack(4);
  CHECK(uut.watermark() == 7);
  CHECK(uut.acked_above().empty());
}

TEST_CASE("after a rewind, an ack lifts all over the acked records behind it") {
  auto uut = delivered(0, 6);
  uut.ack_individual(offsets{1, 2, 4});
  uut.rewind();
  uut.delivered(ranges{{0, 1}}, 1);
  CHECK(uut.ack(0).newly_acked == ranges{{0, 1}});
  CHECK(uut.watermark() == 3);
  CHECK(uut.position() == 3);
  CHECK(uut.acked_above().ranges() == ranges{{4, 5}});
}

TEST_CASE("an individual ack made before a rewind may be repeated after it") {
  auto uut = delivered(0, 6);
  uut.ack_individual(offsets{4});
  uut.rewind();
  check_refused(uut, offsets{4}, ack_result::already_acked);
  check_refused(uut, offsets{4, 5}, ack_result::beyond_delivered);
}

// -- what the last commit knows to be acked -----------------------------------

TEST_CASE("what the last commit knows to be acked is passed over like an ack") {
  offset_tracker uut{5};
  uut.adopt(set_of({{7, 9}, {10, 11}}));
  CHECK(uut.watermark() == 5);
  CHECK(uut.position() == 5);
  CHECK(uut.acked_above().ranges() == ranges{{7, 9}, {10, 11}});
  uut.delivered(ranges{{5, 7}}, 7);
  uut.ack(6);
  CHECK(uut.watermark() == 9); // before the source has passed them
  uut.delivered(ranges{{9, 10}}, 11);
  uut.ack(9);
  CHECK(uut.watermark() == 11);
  CHECK(uut.acked_above().empty());
}

TEST_CASE("the ranges that the last commit knew do not count as acks") {
  offset_tracker uut{0};
  uut.adopt(set_of({{1, 2}, {3, 4}}));
  CHECK(uut.ack_range_count() == 0);
  uut.delivered(ranges{{0, 1}, {2, 3}, {4, 9}}, 9);
  uut.ack_individual(offsets{5, 7});
  CHECK(uut.ack_range_count() == 2);
  uut.ack_individual(offsets{0});
  CHECK(uut.ack_range_count() == 2); // 3, 5 and 7, of which one was known
}

// -- against a model that keeps every record ----------------------------------

namespace {

// One partition whose records and holes are known, and what became of them.
struct naive_partition {
  std::set<offset_t> records; // all that exist
  std::set<offset_t> handed_out;
  std::set<offset_t> acked;
  offset_t position = 0;

  offset_t watermark() const {
    for (auto x : handed_out)
      if (!acked.contains(x))
        return x;
    return position;
  }
  bool is_pending(offset_t x) const {
    return handed_out.contains(x) && !acked.contains(x);
  }
  // Acked and not passed; all such acks survive a rewind.
  bool is_acked_above(offset_t x) const {
    return acked.contains(x) && x >= watermark();
  }
  ack_result check(offset_t x) const {
    if (x < 0)
      return ack_result::negative_offset;
    if (x >= position)
      return ack_result::beyond_delivered;
    return x < watermark() ? ack_result::below_watermark : ack_result::accepted;
  }
  ack_result check_individual(const offsets& xs) const {
    std::set<ack_result> found;
    for (auto x : xs) {
      if (is_acked_above(x))
        continue;
      auto result = check(x);
      if (result == ack_result::accepted && !is_pending(x))
        result = ack_result::not_delivered;
      found.insert(result);
    }
    for (auto x : {ack_result::negative_offset, ack_result::beyond_delivered,
                   ack_result::below_watermark, ack_result::not_delivered,
                   ack_result::accepted})
      if (found.contains(x))
        return x;
    return ack_result::already_acked;
  }
  std::set<offset_t> ack_all(const std::set<offset_t>& xs) {
    std::set<offset_t> fresh;
    for (auto x : xs)
      if (is_pending(x))
        fresh.insert(x);
    acked.insert(fresh.begin(), fresh.end());
    return fresh;
  }
  void rewind() {
    position = watermark();
    std::erase_if(handed_out, [this](offset_t x) { return x >= position; });
  }
  // With nothing pending it passes over what is acked.
  void pass() {
    if (watermark() == position)
      while (acked.contains(position))
        ++position;
  }
};

naive_partition any_partition() {
  naive_partition result;
  result.position = *rc::gen::inRange<offset_t>(0, 5);
  for (offset_t x = 0; x < 200; ++x)
    if (*rc::gen::inRange(0, 4) != 0)
      result.records.insert(x);
  return result;
}

// Takes up to `count` records from the position on, passing over acked ones,
// and sometimes some of the hole behind them.
void deliver_any(offset_tracker& uut, naive_partition& model) {
  range_set taken;
  auto next = model.position;
  auto room = *rc::gen::inRange(0, 12);
  for (; room > 0 && next < 200; ++next) {
    if (!model.records.contains(next) || model.acked.contains(next))
      continue;
    taken.insert({next, next + 1});
    model.handed_out.insert(next);
    --room;
  }
  if (*rc::gen::arbitrary<bool>())
    while (next < 200 && !model.records.contains(next))
      ++next;
  uut.delivered(taken.ranges(), next);
  model.position = next;
}

offset_t any_offset(const naive_partition& model) {
  // Near what is pending, and sometimes outside on both sides.
  return *rc::gen::inRange<offset_t>(-2, 6)
         + *rc::gen::elementOf(
           std::vector<offset_t>{0, model.watermark(), model.position - 4,
                                 (model.watermark() + model.position) / 2});
}

std::set<offset_t> offsets_in(const ranges& xs) {
  std::set<offset_t> result;
  for (auto range : xs)
    for (auto x = range.first; x < range.last; ++x)
      result.insert(x);
  return result;
}

void ack_any(offset_tracker& uut, naive_partition& model) {
  auto offset = any_offset(model);
  auto expected = model.check(offset);
  auto before = state_of(uut);
  auto outcome = uut.ack(offset);
  RC_ASSERT(outcome.result == expected);
  if (expected != ack_result::accepted) {
    RC_ASSERT(outcome.newly_acked.empty());
    RC_ASSERT(state_of(uut) == before);
    return;
  }
  std::set<offset_t> covered;
  for (offset_t x = 0; x <= offset; ++x)
    covered.insert(x);
  RC_ASSERT(offsets_in(outcome.newly_acked) == model.ack_all(covered));
}

void ack_individual_any(offset_tracker& uut, naive_partition& model) {
  offsets xs;
  auto count = *rc::gen::inRange(1, 6);
  for (int i = 0; i < count; ++i)
    xs.push_back(any_offset(model));
  // Refusals are all-or-nothing: most lists must hold pending records alone.
  if (*rc::gen::inRange(0, 4) != 0)
    std::erase_if(xs, [&](offset_t x) {
      return !model.is_pending(x) && !model.is_acked_above(x);
    });
  if (xs.empty())
    return;
  auto expected = model.check_individual(xs);
  auto before = state_of(uut);
  auto outcome = uut.ack_individual(xs);
  RC_ASSERT(outcome.result == expected);
  if (expected != ack_result::accepted) {
    RC_ASSERT(outcome.newly_acked.empty());
    RC_ASSERT(state_of(uut) == before);
    return;
  }
  RC_ASSERT(offsets_in(outcome.newly_acked)
            == model.ack_all({xs.begin(), xs.end()}));
}

void step(offset_tracker& uut, naive_partition& model) {
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
      uut.rewind();
      model.rewind();
      break;
    case 1:
    case 2:
    case 3:
      deliver_any(uut, model);
      break;
    case 4:
    case 5:
      ack_any(uut, model);
      break;
    default:
      ack_individual_any(uut, model);
  }
  model.pass();
}

void check_same(const offset_tracker& uut, const naive_partition& model) {
  RC_ASSERT(uut.watermark() == model.watermark());
  RC_ASSERT(uut.position() == model.position);
  for (offset_t x = 0; x <= 200; ++x) {
    RC_ASSERT(uut.pending().contains(x) == model.is_pending(x));
    RC_ASSERT(uut.acked_above().contains(x) == model.is_acked_above(x));
  }
  RC_ASSERT(uut.has_pending() == !uut.pending().empty());
  RC_ASSERT(uut.ack_range_count() == uut.acked_above().ranges().size());
}

} // namespace

TEST_CASE("the watermark never falls and never passes an unacked record") {
  cafka::test::check_property("offset_tracker", [] {
    auto model = any_partition();
    auto begin = model.position;
    offset_tracker uut{begin};
    auto highest = uut.watermark();
    auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
      step(uut, model);
      check_same(uut, model);
      RC_ASSERT(uut.watermark() >= highest);
      highest = uut.watermark();
      for (auto x : model.records)
        if (x >= begin && x < highest)
          RC_ASSERT(model.acked.contains(x));
    }
  });
}

TEST_CASE("a cumulative ack may leave records out, and the watermark waits for "
          "them") {
  offset_tracker tracker{0};
  std::vector<offset_range> runs{{0, 5}};
  tracker.delivered(runs, 5);
  range_set except;
  except.insert({1, 2});
  except.insert({3, 4});
  auto outcome = tracker.ack(3, except);
  CHECK(outcome.newly_acked == std::vector<offset_range>{{0, 1}, {2, 3}});
  CHECK(tracker.watermark() == 1);
  CHECK(tracker.acked_above().ranges() == std::vector<offset_range>{{2, 3}});
  CHECK(tracker.ack(3, except).result == ack_result::withheld);
  CHECK(tracker.ack(4).result == ack_result::accepted);
  CHECK(tracker.watermark() == 5);
}
