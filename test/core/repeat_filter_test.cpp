#include "core/repeat_filter.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{};

core::repeat_filter filter() {
  return core::repeat_filter{60s};
}

} // namespace

TEST_CASE("an error that keeps coming passes once") {
  auto x = filter();
  CHECK(x.passes("b1: refused", start));
  for (auto t = start + 30s; t < start + 10min; t += 30s)
    CHECK_FALSE(x.passes("b1: refused", t));
}

TEST_CASE("an error that was quiet for a while passes again") {
  auto x = filter();
  CHECK(x.passes("b1: refused", start));
  CHECK_FALSE(x.passes("b1: refused", start + 59s));
  CHECK(x.passes("b1: refused", start + 59s + 60s));
}

TEST_CASE("errors are told apart by all but what stands in parentheses") {
  auto x = filter();
  CHECK(x.passes("b1: refused (after 0ms in state CONNECT)", start));
  CHECK_FALSE(x.passes("b1: refused (after 7ms (7 alike))", start));
  CHECK(x.passes("b2: refused (after 0ms in state CONNECT)", start));
  CHECK(x.passes("b1: refused) again", start));
}

TEST_CASE("after a clear everything passes again") {
  auto x = filter();
  CHECK(x.passes("b1: refused", start));
  x.clear();
  CHECK(x.passes("b1: refused", start));
}

TEST_CASE("more than a hundred different errors in a while do not pass") {
  auto x = filter();
  for (auto i = 0; i < 100; ++i)
    CHECK(x.passes("error " + std::to_string(i), start));
  CHECK_FALSE(x.passes("one too many", start));
  CHECK_FALSE(x.passes("error 99", start));
  CHECK(x.passes("one too many", start + 60s));
}
