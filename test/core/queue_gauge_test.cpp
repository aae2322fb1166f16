#include "core/queue_gauge.hpp"

#include "support/catch.hpp"

using namespace cafka::core;

TEST_CASE("a queue that was full has room again at half of what it held") {
  queue_gauge uut{{1'000, 100'000}};
  SECTION("by the number of records") {
    CHECK_FALSE(uut.drained({10, 10}, 990));
    CHECK_FALSE(uut.drained({489, 489}, 501));
    CHECK(uut.drained({1, 1}, 500));
    CHECK_FALSE(uut.drained({300, 300}, 200)); // once
    // It may be filled up again before it is empty.
    CHECK_FALSE(uut.drained({10, 10}, 1'190));
    CHECK(uut.drained({600, 600}, 590));
  }
  SECTION("by their bytes") {
    CHECK_FALSE(uut.drained({10, 10'000}, 90));
    CHECK(uut.drained({50, 50'000}, 40));
  }
  SECTION("by bytes of some large ones before many small ones") {
    CHECK_FALSE(uut.drained({4, 80'000}, 500));
    CHECK(uut.drained({250, 250}, 250));
  }
  SECTION("a step from full to empty") {
    CHECK(uut.drained({1'000, 1'000}, 0));
    CHECK_FALSE(uut.drained({10, 10}, 0));
  }
}

TEST_CASE("a queue that was never full says nothing when it has room") {
  queue_gauge uut{{1'000, 100'000}};
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(uut.drained({100, 10'000}, 250)); // 35 % of either
    CHECK_FALSE(uut.drained({250, 25'000}, 0));
  }
}
