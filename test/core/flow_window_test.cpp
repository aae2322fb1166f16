#include "core/flow_window.hpp"

#include "support/catch.hpp"

#include <limits>

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

TEST_CASE("a window knows how many records it has room for") {
  constexpr auto unlimited = std::numeric_limits<std::size_t>::max();
  flow_window x{10, 100};
  CHECK(x.records_left(0) == 11); // the one that closes it included
  CHECK(x.records_left(5) == 21);
  CHECK(x.records_left(50) == 11);
  x.add({11, 40});
  CHECK(x.records_left(20) == 4);
  x.add({1, 61});
  CHECK_FALSE(x.open());
  CHECK(x.records_left(20) == 1);
  CHECK(flow_window{unlimited, unlimited}.records_left(0) == unlimited);
  CHECK(flow_window{unlimited, unlimited}.records_left(1) == unlimited);
}
