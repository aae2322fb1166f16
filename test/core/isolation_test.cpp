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
