#include "core/isolation.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

} // namespace

TEST_CASE("an isolation grows while it is on, and ends with what it found") {
  isolation uut{1min};
  CHECK_FALSE(uut.on());
  uut.begin(5);
  uut.begin(3);
  CHECK(uut.until() == 5);
  uut.failed();
  uut.begin(8);
  CHECK(uut.until() == 8);
  CHECK_FALSE(uut.end()); // a record failed
  CHECK_FALSE(uut.on());
  uut.begin(9);
  CHECK(uut.end()); // none did
}

TEST_CASE("an isolation waits for the ack of a kept record for a time") {
  isolation uut{1min};
  uut.begin(5);
  CHECK_FALSE(uut.deadline());
  uut.kept(2, start);
  CHECK(uut.waits_for() == 2);
  CHECK(uut.deadline() == start + 1min);
  uut.go_on();
  CHECK_FALSE(uut.waits_for());
  CHECK_FALSE(uut.deadline());
}

TEST_CASE("an isolation calls, waits for an ack, goes on and ends") {
  using state = isolation::state;
  isolation uut{1min};
  uut.go_on(); // it does not wait
  CHECK(uut.at() == state::off);
  uut.begin(5);
  CHECK(uut.at() == state::calling);
  uut.kept(2, start);
  CHECK(uut.at() == state::waiting);
  SECTION("acked") {
    uut.go_on();
    CHECK(uut.at() == state::calling);
    uut.end();
    CHECK(uut.at() == state::off);
    CHECK_FALSE(uut.until());
  }
  SECTION("not acked in time") {
    uut.end();
    CHECK(uut.at() == state::off);
    CHECK_FALSE(uut.waits_for());
  }
  SECTION("more is isolated meanwhile") {
    uut.begin(8);
    CHECK(uut.at() == state::calling);
    CHECK(uut.until() == 8);
  }
}
