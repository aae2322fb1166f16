#include "core/ack_watch.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

} // namespace

TEST_CASE("acks are overdue when none came for the timeout, again and again") {
  ack_watch x{1min};
  CHECK_FALSE(x.look(true, 10, start));
  CHECK_FALSE(x.look(true, 10, start + 59s));
  CHECK_FALSE(x.overdue());
  CHECK(x.look(true, 10, start + 60s));
  CHECK(x.overdue());
  CHECK_FALSE(x.look(true, 10, start + 61s));
  CHECK(x.overdue());
  CHECK(x.look(true, 10, start + 120s));
}

TEST_CASE("an ack, or a reason to wait, makes the timeout begin anew") {
  auto acked = GENERATE(false, true);
  ack_watch x{1min};
  x.look(true, 10, start);
  REQUIRE(x.look(true, 10, start + 60s));
  x.look(acked, 11, start + 61s);
  CHECK_FALSE(x.overdue());
  x.look(true, 11, start + 62s);
  CHECK_FALSE(x.look(true, 11, start + 120s));
  CHECK(x.look(true, 11, start + 122s));
}

TEST_CASE("without a timeout no ack is ever overdue") {
  ack_watch x{0s};
  x.look(true, 10, start);
  CHECK_FALSE(x.look(true, 10, start + 24h));
  CHECK_FALSE(x.overdue());
}

TEST_CASE("acks are waited for from a full window on, until it opens") {
  using state = ack_watch::state;
  auto is_late = GENERATE(false, true);
  ack_watch x{1min};
  x.look(false, 10, start);
  CHECK(x.at() == state::quiet);
  x.look(true, 10, start);
  CHECK(x.at() == state::waiting);
  auto now = start + (is_late ? 60s : 1s);
  x.look(true, 10, now);
  CHECK(x.at() == (is_late ? state::overdue : state::waiting));
  SECTION("an ack, and it is full") {
    x.look(true, 11, now);
    CHECK(x.at() == state::waiting);
  }
  SECTION("it is open") {
    x.look(false, 11, now);
    CHECK(x.at() == state::quiet);
  }
}
