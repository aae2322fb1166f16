// What becomes of a line of librdkafka's log.

#include "kafka/client_log.hpp"

#include "support/catch.hpp"

#include <variant>

using namespace cafka::kafka;

namespace {

constexpr int warning = 4;
constexpr int debug = 7;

constexpr auto* rejoins
  = "Group \"g\" changed join state steady -> init (state up)";
constexpr auto* settled
  = "Group \"g\" changed join state wait-assign-call -> steady (state up)";

} // namespace

TEST_CASE("a line of the log is kept until it is taken, and the first wakes") {
  client_log uut{/* wants_debug */ false};
  int woken = 0;
  uut.on_line([&] { ++woken; });
  uut.add(warning, "FAIL", "no route");
  uut.add(warning, "FAIL", "again");
  CHECK(woken == 1);
  auto first = uut.take();
  REQUIRE(first);
  auto& line = std::get<log_line>(*first);
  CHECK(line.level == warning);
  CHECK(line.facility == "FAIL");
  CHECK(line.text == "no route");
  CHECK(std::get<log_line>(*uut.take()).text == "again");
  CHECK_FALSE(uut.take());
  uut.add(warning, "FAIL", "and again");
  CHECK(woken == 2);
}

TEST_CASE("of the debug log only the member's state is kept, if nobody asked") {
  auto wants_debug = GENERATE(false, true);
  client_log uut{wants_debug};
  int woken = 0;
  uut.on_line([&] { ++woken; });
  uut.add(debug, "FETCH", "a detail");
  CHECK(woken == (wants_debug ? 1 : 0));
  CHECK(uut.take().has_value() == wants_debug);
  uut.add(debug, "CGRPJOINSTATE", rejoins);
  uut.add(debug, "CGRPJOINSTATE", settled);
  CHECK_FALSE(std::get<membership>(*uut.take()).settled);
  CHECK(std::get<membership>(*uut.take()).settled);
}

TEST_CASE(
  "of a flood of lines some are dropped, counted and told, but no word on "
  "the membership") {
  client_log uut{false};
  for (std::size_t i = 0; i < client_log::lines_max + 3; ++i)
    uut.add(warning, "FAIL", "again");
  uut.add(debug, "CGRPJOINSTATE", settled);
  auto told = std::get<log_line>(*uut.take());
  CHECK(told.level == warning);
  CHECK(told.text.starts_with("3 lines of the log were dropped"));
  for (std::size_t i = 0; i < client_log::lines_max; ++i)
    REQUIRE(std::get<log_line>(*uut.take()).text == "again");
  CHECK(std::get<membership>(*uut.take()).settled);
  CHECK_FALSE(uut.take());
}

TEST_CASE("a log that is closed drops what waits and what comes") {
  client_log uut{false};
  int woken = 0;
  uut.on_line([&] { ++woken; });
  uut.add(warning, "FAIL", "no route");
  uut.close();
  uut.add(warning, "FAIL", "again");
  CHECK(woken == 1);
  CHECK_FALSE(uut.take());
}
