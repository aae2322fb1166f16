#include "actors/partition_worker/delivery_window.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::actors;
using core::volume;

namespace {

struct fixture {
  fixture() {
    uut.on_freed([this] { ++woken; });
  }
  volume used() const {
    return uut.room().used();
  }

  delivery_window uut{core::flow_window{10, 100}};
  int woken = 0;
};

} // namespace

TEST_CASE("a window counts from its begin on") {
  fixture f;
  f.uut.free({1, 10}, 0); // of retained records: not in `used` any more
  CHECK(f.woken == 0);
  f.uut.begin({5, 50});
  f.uut.add({20, 200});
  CHECK_FALSE(f.uut.room().open());
  f.uut.free({15, 150}, 0);
  CHECK(f.woken == 1);
  CHECK(f.used() == volume{10, 100});
  CHECK(f.uut.room().open());
}

TEST_CASE("what a call freed that acked everything is not freed again") {
  fixture f;
  f.uut.begin({});
  f.uut.add({10, 100});
  f.uut.clear();
  f.uut.add({3, 30});
  f.uut.free({10, 100}, 0); // sent before the manager heard of that call
  CHECK(f.woken == 0);
  CHECK(f.used() == volume{3, 30});
  f.uut.free({1, 10}, 1);
  CHECK(f.woken == 1);
  CHECK(f.used() == volume{2, 20});
}

TEST_CASE("a strand that is over is not woken") {
  fixture f;
  f.uut.begin({1, 1});
  f.uut.on_freed({});
  f.uut.free({1, 1}, 0);
  CHECK(f.woken == 0);
  CHECK(f.used() == volume{});
}
