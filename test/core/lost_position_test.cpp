#include "core/lost_position.hpp"

#include "support/catch.hpp"

using namespace cafka;
using core::judge_lost;
using enum core::lost_position;

namespace {

constexpr offset_range held{50, 100};

} // namespace

TEST_CASE("a position below what the broker holds is lost") {
  CHECK(judge_lost(49, held, 1) == reset);
  CHECK(judge_lost(-1, held, 1) == reset); // nothing was read yet
}

TEST_CASE("a position that the broker holds is not lost") {
  CHECK(judge_lost(50, held, 1) == go_on);
  CHECK(judge_lost(100, held, 1) == go_on); // the next record to be written
}

TEST_CASE("a position beyond the end is lost when that was said often enough") {
  CHECK(judge_lost(101, held, 1) == ask_again);
  CHECK(judge_lost(101, held, core::beyond_end_max - 1) == ask_again);
  CHECK(judge_lost(101, held, core::beyond_end_max) == reset);
}

TEST_CASE("a position is not lost as long as nobody says what is held") {
  CHECK(judge_lost(101, std::nullopt, core::beyond_end_max) == ask_again);
}
