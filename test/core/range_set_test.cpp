#include "core/range_set.hpp"

#include "support/property.hpp"

#include <set>

using namespace cafka;
using namespace cafka::core;

namespace {

using ranges = std::vector<offset_range>;

range_set set_of(const ranges& xs) {
  range_set result;
  for (auto x : xs)
    result.insert(x);
  return result;
}

} // namespace

TEST_CASE("an empty range set holds nothing") {
  range_set uut;
  CHECK(uut.empty());
  CHECK(uut.range_count() == 0);
  CHECK_FALSE(uut.contains(0));
  CHECK(uut.ranges() == ranges{});
  CHECK(uut.intersection({0, 10}) == ranges{});
}

TEST_CASE("a range holds its first offset and not its last") {
  auto uut = set_of({{3, 5}});
  CHECK_FALSE(uut.contains(2));
  CHECK(uut.contains(3));
  CHECK(uut.contains(4));
  CHECK_FALSE(uut.contains(5));
  CHECK(uut.front() == 3);
}

TEST_CASE("ranges that touch become one") {
  CHECK(set_of({{3, 5}, {5, 7}}).ranges() == ranges{{3, 7}});
  CHECK(set_of({{5, 7}, {3, 5}}).ranges() == ranges{{3, 7}});
  CHECK(set_of({{0, 2}, {4, 6}, {2, 4}}).ranges() == ranges{{0, 6}});
}

TEST_CASE("ranges with a hole between them stay apart") {
  auto uut = set_of({{5, 7}, {3, 4}});
  CHECK(uut.ranges() == ranges{{3, 4}, {5, 7}});
  CHECK(uut.range_count() == 2);
}

TEST_CASE("a range that covers others replaces them") {
  CHECK(set_of({{2, 3}, {5, 6}, {8, 20}, {1, 9}}).ranges() == ranges{{1, 20}});
  CHECK(set_of({{1, 9}, {2, 3}}).ranges() == ranges{{1, 9}});
}

TEST_CASE("an empty or inverted range changes nothing") {
  auto uut = set_of({{3, 9}});
  uut.insert({20, 20});
  uut.insert({30, 20});
  uut.erase({5, 5});
  uut.erase({8, 4});
  CHECK(uut.ranges() == ranges{{3, 9}});
}

TEST_CASE("erasing cuts ranges at both ends and splits them in the middle") {
  auto uut = set_of({{0, 10}, {20, 30}});
  uut.erase({8, 22});
  CHECK(uut.ranges() == ranges{{0, 8}, {22, 30}});
  uut.erase({3, 4});
  CHECK(uut.ranges() == ranges{{0, 3}, {4, 8}, {22, 30}});
  uut.erase({8, 22});
  CHECK(uut.range_count() == 3);
  uut.erase({0, 30});
  CHECK(uut.empty());
}

TEST_CASE("an intersection is cut to what was asked for") {
  auto uut = set_of({{0, 3}, {5, 8}, {10, 12}});
  CHECK(uut.intersection({1, 11}) == ranges{{1, 3}, {5, 8}, {10, 11}});
  CHECK(uut.intersection({3, 5}) == ranges{});
  CHECK(uut.intersection({6, 7}) == ranges{{6, 7}});
  CHECK(uut.intersection({6, 6}) == ranges{});
}

TEST_CASE("a cleared range set holds nothing") {
  auto uut = set_of({{0, 3}});
  uut.clear();
  CHECK(uut.empty());
}

// -- against a plain set of offsets -------------------------------------------

namespace {

constexpr offset_t end_of_space = 48;

using naive_set = std::set<offset_t>;

ranges runs_of(const naive_set& xs) {
  ranges result;
  for (auto x : xs) {
    if (!result.empty() && result.back().last == x)
      ++result.back().last;
    else
      result.push_back({x, x + 1});
  }
  return result;
}

naive_set within(const naive_set& xs, offset_range r) {
  naive_set result;
  for (auto x : xs)
    if (x >= r.first && x < r.last)
      result.insert(x);
  return result;
}

// May be empty or inverted.
offset_range any_range() {
  auto edge = rc::gen::resize(100, rc::gen::inRange<offset_t>(0, end_of_space));
  auto first = *edge;
  return {first, *edge};
}

void apply_any(range_set& uut, naive_set& model) {
  auto r = any_range();
  auto inserts = *rc::gen::arbitrary<bool>();
  if (inserts)
    uut.insert(r);
  else
    uut.erase(r);
  for (auto x = r.first; x < r.last; ++x) {
    if (inserts)
      model.insert(x);
    else
      model.erase(x);
  }
}

} // namespace

TEST_CASE("a range set always equals a plain set of the same offsets") {
  cafka::test::check_property("range_set", [] {
    range_set uut;
    naive_set model;
    auto steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      apply_any(uut, model);
      RC_ASSERT(uut.ranges() == runs_of(model));
      RC_ASSERT(uut.range_count() == runs_of(model).size());
      RC_ASSERT(uut.empty() == model.empty());
      if (!model.empty())
        RC_ASSERT(uut.front() == *model.begin());
      for (offset_t x = -1; x <= end_of_space; ++x)
        RC_ASSERT(uut.contains(x) == (model.count(x) == 1));
      auto r = any_range();
      RC_ASSERT(uut.intersection(r) == runs_of(within(model, r)));
    }
  });
}
