#include "core/wait_notice.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

TEST_CASE("what waits is told when it begins and once a minute") {
  constexpr time_point start{1h};
  wait_notice x;
  CHECK_FALSE(x.look(false, start));
  CHECK(x.look(true, start));
  CHECK_FALSE(x.look(true, start + 59s));
  CHECK(x.look(true, start + 60s));
  CHECK_FALSE(x.look(false, start + 61s));
  CHECK(x.look(true, start + 62s));
}
