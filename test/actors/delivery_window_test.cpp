#include "actors/partition_worker/delivery_window.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::actors;
using core::volume;

namespace {

volume used(const delivery_window& x) {
  auto room = x.room();
  REQUIRE(room);
  return room->used();
}

delivery_window with(volume retained) {
  core::flow_window result{10, 100};
  result.add(retained);
  return delivery_window{result};
}

} // namespace

TEST_CASE("what is retained is in the window of the next incarnation") {
  auto uut = with({5, 50});
  uut.add({20, 200});
  CHECK_FALSE(uut.room());
  CHECK(uut.free({15, 150}, 25));
  CHECK(used(uut) == volume{10, 100});
}

TEST_CASE("what a call freed that acked everything is not freed again") {
  auto uut = with({});
  uut.add({10, 100});
  uut.clear(10);
  uut.add({3, 30});
  // Of acks that came before the manager heard of that call, then of itself.
  CHECK_FALSE(uut.free({4, 40}, 10));
  CHECK_FALSE(uut.free({6, 60}, 10));
  CHECK(used(uut) == volume{3, 30});
  CHECK(uut.free({1, 10}, 13));
  CHECK(used(uut) == volume{2, 20});
}

TEST_CASE("a window that is paused has no room") {
  auto uut = with({});
  uut.hold(true);
  CHECK_FALSE(uut.room());
  uut.hold(false);
  CHECK(uut.room());
}
