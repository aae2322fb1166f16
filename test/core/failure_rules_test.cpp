#include "core/failure_rules.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

using state = failure_row::state;

constexpr time_point start{1h};

failure_rules flood_after_two() {
  failure_rules result;
  result.flood_after = 2;
  result.flood_interval = 1min;
  return result;
}

} // namespace

TEST_CASE("a row becomes a flood once, and is quiet again after a record that "
          "was handled") {
  auto rules = flood_after_two();
  failure_row uut;
  CHECK_FALSE(uut.add(rules, start));
  CHECK(uut.at() == state::quiet);
  CHECK(uut.may_go_on(rules, start));
  CHECK(uut.add(rules, start));
  CHECK(uut.at() == state::flood);
  CHECK_FALSE(uut.may_go_on(rules, start + 59s));
  CHECK(uut.may_go_on(rules, start + 1min));
  CHECK_FALSE(uut.add(rules, start + 1min)); // told before
  CHECK(uut.length() == 3);
  CHECK_FALSE(uut.may_go_on(rules, start + 1min));
  uut.end();
  CHECK(uut.at() == state::quiet);
  CHECK(uut.length() == 0);
  CHECK(uut.may_go_on(rules, start + 1min));
}
