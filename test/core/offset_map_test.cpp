#include "core/offset_map.hpp"

#include "support/property.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;

namespace {

using ranges = std::vector<offset_range>;

constexpr auto no_end = end_of_offsets;
constexpr std::size_t no_limit = 1 << 20;

range_set set_of(const ranges& xs) {
  range_set result;
  for (auto& x : xs)
    result.insert(x);
  return result;
}

std::string bytes(std::initializer_list<int> xs) {
  std::string result;
  for (auto x : xs)
    result += static_cast<char>(x);
  return result;
}

ranges decoded(offset_t committed, std::string_view x, offset_t end = no_end) {
  auto result = decode_offset_map(committed, x, end);
  return result ? result->ranges() : ranges{{-1, -1}};
}

const ranges foreign{{-1, -1}};

/// Acked offsets above 1000, which itself is not.
range_set any_acks() {
  range_set result;
  offset_t at = 1001;
  auto runs = *rc::gen::inRange(0, 40);
  auto longest = *rc::gen::element(3, 30, 3000);
  for (int i = 0; i < runs; ++i) {
    auto gap = *rc::gen::inRange(i == 0 ? 0 : 1, longest);
    auto run = *rc::gen::inRange(1, longest);
    result.insert({at + gap, at + gap + run});
    at += gap + run;
  }
  return result;
}

ranges below(const ranges& xs, offset_t end) {
  ranges result;
  for (auto x : xs)
    if (x.first < end)
      result.push_back({x.first, std::min(x.last, end)});
  return result;
}

} // namespace

TEST_CASE(
  "an offset map is the lengths of runs or bits, whichever is smaller") {
  CHECK(encode_offset_map(5, set_of({{7, 10}}), no_limit)
        == bytes({'o', 0, 0, 0, 5, 0b11100}));
  CHECK(encode_offset_map(5, set_of({{1'000, 3'000}}), no_limit)
        == bytes({'e', 0, 0, 3, 0xe3, 0, 0, 7, 0xd0}));
  CHECK(encode_offset_map(5, {}, no_limit) == "");
}

TEST_CASE("an offset map is read in each form of Parallel Consumer") {
  ranges expected{{12, 15}, {17, 18}};
  CHECK(
    decoded(10, bytes({'e', 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 1}))
    == expected);
  CHECK(decoded(10, bytes({'n', 0, 2, 0, 3, 0, 2, 0, 1})) == expected);
  CHECK(decoded(10, bytes({'o', 0, 0, 0, 8, 0b10011100})) == expected);
  CHECK(decoded(10, bytes({'o', 0, 0, 0, 8, 0b10011100, 0})) == expected);
  CHECK(decoded(10, bytes({'l', 0, 8, 0b10011100})) == expected);
}

TEST_CASE("what is no offset map is told from one") {
  CHECK(decoded(10, "") == foreign);
  CHECK(decoded(10, "x") == foreign);
  CHECK(decoded(10, "e") == foreign);
  CHECK(decoded(10, bytes({'e', 0, 0, 1})) == foreign);
  CHECK(decoded(10, bytes({'e', 0, 0, 0, 0, 0, 0, 0, 1})) == foreign);
  CHECK(decoded(10, bytes({'e', 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff}))
        == foreign);
  CHECK(decoded(10, bytes({'o', 0, 0, 0, 1, 0b10})) == foreign);
  CHECK(decoded(10, bytes({'o', 0, 0, 0, 2, 0b11})) == foreign);
  CHECK(decoded(10, bytes({'p', 1, 2, 3})) == foreign);
  CHECK(decoded(10, bytes({'s', 0x28, 0xb5, 0x2f, 0xfd})) == foreign);
}

TEST_CASE("an offset map that goes beyond the log is foreign") {
  auto map = bytes({'e', 0, 0, 0, 2, 0, 0, 0, 3});
  CHECK(decoded(10, map, 15) == ranges{{12, 15}});
  CHECK(decoded(10, map, 14) == foreign);
  CHECK(decoded(10, bytes({'o', 0, 0, 0, 5, 0b11100}), 14) == foreign);
}

TEST_CASE("an offset map of any size tells of a prefix, and of nothing else") {
  check_property("offset map", [] {
    auto acks = any_acks();
    auto all = acks.ranges();
    auto whole = encode_offset_map(1000, acks, no_limit);
    if (all.empty()) {
      RC_ASSERT(whole.empty());
      return;
    }
    RC_ASSERT(decoded(1000, whole, all.back().last) == all);
    offset_t covered = 1000;
    for (std::size_t size = 1;
         size <= std::min<std::size_t>(whole.size(), 4096); ++size) {
      auto map = encode_offset_map(1000, acks, size);
      RC_ASSERT(map.size() <= size);
      auto told = map.empty() ? ranges{} : decoded(1000, map);
      auto end = told.empty() ? offset_t{1000} : told.back().last;
      RC_ASSERT(told == below(all, end));
      RC_ASSERT(end >= covered);
      covered = end;
    }
    RC_ASSERT(covered == all.back().last);
  });
}

TEST_CASE(
  "an offset map with a wrong byte tells of no offset outside of the log, "
  "and not of the committed one") {
  check_property("flipped byte", [] {
    auto map = encode_offset_map(1000, any_acks(), no_limit);
    for (std::size_t i = 0; i < map.size(); ++i) {
      auto wrong = map;
      wrong[i] = static_cast<char>(wrong[i] ^ *rc::gen::inRange(1, 256));
      auto read = decode_offset_map(1000, wrong, 200'000);
      if (!read || read->empty())
        continue;
      RC_ASSERT(read->front() > 1000);
      RC_ASSERT(read->ranges().back().last <= 200'000);
    }
  });
}
