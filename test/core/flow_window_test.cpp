#include "core/flow_window.hpp"

#include "support/catch.hpp"

using namespace cafka::core;

TEST_CASE("a new window is open and empty") {
  flow_window uut{10, 100};
  CHECK(uut.open());
  CHECK(uut.used() == volume{});
}

TEST_CASE("a window stays open while only one of its bounds is exceeded") {
  flow_window many_small{10, 100};
  many_small.add({1000, 100});
  CHECK(many_small.open());
  flow_window one_large{10, 100};
  one_large.add({10, 100'000});
  CHECK(one_large.open());
}

TEST_CASE("a window closes with the first record beyond both bounds") {
  flow_window uut{10, 100};
  uut.add({10, 100});
  CHECK(uut.open());
  uut.add({1, 0});
  CHECK(uut.open());
  uut.add({0, 1});
  CHECK_FALSE(uut.open());
}

TEST_CASE("freeing one bound's excess opens a window again") {
  flow_window uut{10, 100};
  uut.add({11, 101});
  REQUIRE_FALSE(uut.open());
  uut.free({1, 0});
  CHECK(uut.open());
  CHECK(uut.used() == volume{10, 101});
}

TEST_CASE("a window of zero is open until the first byte is handed out") {
  flow_window uut{0, 0};
  CHECK(uut.open());
  uut.add({1, 1});
  CHECK_FALSE(uut.open());
  uut.free({1, 1});
  CHECK(uut.open());
}

TEST_CASE("volumes add and subtract by records and bytes") {
  volume uut{5, 50};
  uut += {2, 20};
  CHECK(uut == volume{7, 70});
  uut -= {7, 30};
  CHECK(uut == volume{0, 40});
}
