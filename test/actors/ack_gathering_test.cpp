#include "actors/group_manager/ack_gathering.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{1h};

} // namespace

TEST_CASE("acks are taken in when no more come for some looks") {
  actors::ack_gathering uut;
  CHECK_FALSE(uut.goes_on(0, start));
  auto looks = 0;
  while (uut.goes_on(1, start))
    ++looks;
  CHECK(looks == 16);
  while (uut.goes_on(looks == 20 ? 2 : 1, start)) // one comes meanwhile
    ++looks;
  CHECK(looks > 32);
}

TEST_CASE("acks that keep coming are taken in when the first one is old, or "
          "they are many") {
  actors::ack_gathering uut;
  CHECK(uut.goes_on(1, start));
  CHECK(uut.goes_on(2, start + 199us));
  CHECK_FALSE(uut.goes_on(3, start + 200us));
  CHECK(uut.goes_on(499, start + 1s));
  CHECK_FALSE(uut.goes_on(500, start + 1s));
}
