#include "core/silence_watch.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;

TEST_CASE("with nothing to tell a sign of life is due once a minute") {
  constexpr time_point start{1h};
  core::silence_watch x{start};
  CHECK_FALSE(x.look(0, start + 59s));
  CHECK(x.look(0, start + 60s));
  CHECK_FALSE(x.look(1, start + 61s)); // the sign of life itself
  CHECK_FALSE(x.look(1, start + 120s));
  CHECK(x.look(1, start + 121s));
  CHECK_FALSE(x.look(3, start + 180s)); // something else was told
  CHECK_FALSE(x.look(3, start + 239s));
  CHECK(x.look(3, start + 240s));
  CHECK_FALSE(x.look(3, start + 241s)); // nobody told of it
  CHECK(x.look(3, start + 300s));
}
