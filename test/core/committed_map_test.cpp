#include "core/committed_map.hpp"

#include "core/base64.hpp"

#include "support/property.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace cafka::test;
using namespace std::string_literals;

namespace {

using ranges = std::vector<offset_range>;

range_set set_of(const ranges& xs) {
  range_set result;
  for (auto& x : xs)
    result.insert(x);
  return result;
}

const range_set some = set_of({{12, 15}, {17, 18}});

std::string why_not(const std::string& metadata,
                    std::optional<log_end> end = log_end{100}) {
  return read_committed_map(10, {metadata}, end).ignored;
}

} // namespace

TEST_CASE("metadata of a commit are Parallel Consumer's, in Base64") {
  CHECK(map_metadata(5, set_of({{7, 10}}), 4096) == "bwAAAAUc");
  CHECK(map_metadata(5, set_of({{1'000, 3'000}}), 4096) == "ZQAAA+MAAAfQ");
  CHECK(map_metadata(5, {}, 4096) == "");
}

// By its OffsetSimultaneousEncoder, 0.5.3.2 of Maven Central, of base 10, with
// 10, 11, 15 and 16 incomplete up to 17; it reads the two above, too.
TEST_CASE("what Parallel Consumer writes is read in each of its forms") {
  for (auto* x :
       {"bAAInAA=", "YSi1L/0AWCEAAAAInAA=", "bgACAAMAAgAB",
        "Sii1L/0AWEEAAAACAAMAAgAB", "bwAAAAicAA==", "cyi1L/0AWDEAAAAAAAicAA==",
        "ZQAAAAIAAAADAAAAAgAAAAE=", "cCi1L/0AWIEAAAAAAAIAAAADAAAAAgAAAAE="}) {
    CAPTURE(x);
    auto read = read_committed_map(10, {x}, log_end{18});
    CHECK(read.ignored.empty());
    CHECK(read.complete.ranges() == some.ranges());
  }
  // Every other one of 1,000.
  auto odd = read_committed_map(100, {"Sii1L/0AWE0AABAAAQEAy/c7LA=="},
                                log_end{1'100});
  CHECK(odd.complete.range_count() == 500);
  CHECK(odd.complete.contains(1'099));
  CHECK_FALSE(odd.complete.contains(1'098));
}

TEST_CASE("a map beside a commit is read back") {
  auto metadata = map_metadata(10, some, 4096);
  auto read = read_committed_map(10, {metadata, 3}, log_end{18, 3});
  CHECK(read.complete.ranges() == some.ranges());
  CHECK(read.metadata == metadata);
  CHECK(read.ignored.empty());
  CHECK(read_committed_map(10, {}, std::nullopt).ignored.empty());
}

TEST_CASE("metadata of others are no map, and tell of nothing") {
  for (auto& x : {"2026-11-30"s, "+1/"s, base64_of("k\x01\x02"), base64_of("e"),
                  "ey=="s, "Zm9v"s})
    CHECK_THAT(why_not(x), has_text("are no map"));
}

TEST_CASE("a map counts only where the log still has what it tells of") {
  auto metadata = map_metadata(10, some, 4096);
  CHECK(why_not(metadata, log_end{18}).empty());
  CHECK_THAT(why_not(metadata, log_end{17}), has_text("end of the log, 17"));
  CHECK_THAT(why_not(metadata, std::nullopt), has_text("nobody says"));
  CHECK(read_committed_map(10, {metadata, 3}, log_end{17, 3}).complete.empty());
}

TEST_CASE("a map does not count behind another leader of the log") {
  auto metadata = map_metadata(10, some, 4096);
  auto read = read_committed_map(10, {metadata, 3}, log_end{99, 4});
  CHECK_THAT(read.ignored, has_text("epoch 3, now 4"));
  CHECK(read.complete.empty());
  CHECK(read.metadata.empty());
  // Who wrote it did not know the epoch.
  CHECK(read_committed_map(10, {metadata}, log_end{99, 4}).ignored.empty());
}

TEST_CASE("metadata of any size hold, and tell a prefix of what is acked") {
  constexpr offset_t end = 4'000;
  constexpr std::size_t enough = 700; // for all of it
  range_set all;
  for (offset_t x = 11; x < end; x += 2 + x % 7)
    all.insert({x, x + 1});
  std::size_t covered = 0;
  for (std::size_t size = 1; size <= enough; ++size) {
    auto metadata = map_metadata(10, all, size);
    REQUIRE(metadata.size() <= size);
    auto told
      = read_committed_map(10, {metadata}, log_end{end}).complete.ranges();
    auto expected = all.ranges();
    REQUIRE(told.size() >= covered);
    covered = told.size();
    expected.resize(covered);
    REQUIRE(told == expected);
  }
  CHECK(covered == all.range_count());
}

TEST_CASE("metadata with any letter changed skip nothing outside of the log") {
  check_property("changed letter", [] {
    auto metadata = map_metadata(10, some, 4096);
    auto i = *rc::gen::inRange<std::size_t>(0, metadata.size());
    metadata[i] = *rc::gen::arbitrary<char>();
    auto read = read_committed_map(10, {metadata}, log_end{100});
    for (auto& x : read.complete.ranges()) {
      RC_ASSERT(x.first > 10);
      RC_ASSERT(x.last <= 100);
    }
  });
}

TEST_CASE("a broker that refuses metadata gets half of them, then none") {
  metadata_limit uut{4096};
  CHECK(uut.bytes() == 4096);
  CHECK(uut.refused(4000));
  CHECK(uut.bytes() == 2048);
  CHECK_FALSE(uut.refused(4000)); // it was on its way
  CHECK(uut.bytes() == 2048);
  CHECK_FALSE(uut.refused(2000));
  CHECK(uut.bytes() == 0);
}
