#include "core/partition_move.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

using kind = target_position::kind;
using state = partition_move::state;

namespace {

/// The broker has 50 to 100.
position_facts facts(std::optional<offset_t> at_time = {}) {
  return {offset_range{50, 100}, at_time, {}};
}

} // namespace

TEST_CASE("a target is an offset within what the broker has") {
  auto [to, found, offset]
    = GENERATE(table<target_position, position_facts, offset_t>({
      {{kind::offset, 50}, facts(), 50},
      {{kind::offset, 100}, facts(), 100},
      {{kind::earliest, 0}, facts(), 50},
      {{kind::latest, 0}, facts(), 100},
      {{kind::time, 7}, facts(70), 70},
      {{kind::time, 7}, facts(), 100},    // no record is as new
      {{kind::time, 7}, facts(120), 100}, // it cannot be read yet
      {{kind::time, 7}, facts(20), 50},
    }));
  auto result = locate(to, found);
  CHECK(result.result == operation_result::done);
  CHECK(result.offset == offset);
}

TEST_CASE("a target outside of what the broker has is refused with what it "
          "has") {
  auto to = GENERATE(49, 101);
  auto result = locate({kind::offset, to}, facts());
  CHECK(result.result == operation_result::out_of_range);
  CHECK(result.text
        == "offset " + std::to_string(to) + ": the broker has 50 to 100");
}

TEST_CASE("a target that nobody answered for is unknown, and says why") {
  auto result = locate({kind::earliest, 0}, {{}, {}, "no leader"});
  CHECK(result.result == operation_result::position_unknown);
  CHECK(result.text == "no leader");
}

TEST_CASE("a target below zero is wrong whatever the broker has") {
  CHECK(wrong_with({kind::offset, -1}) == "offset -1: from 0");
  CHECK(wrong_with({kind::time, -1}) == "time -1: from 0");
  CHECK(wrong_with({kind::latest, -1}).empty());
  CHECK(wrong_with({kind::offset, 0}).empty());
  CHECK_FALSE(wrong_with({static_cast<kind>(9), 0}).empty());
}

TEST_CASE("a move asks, drains until its deadline, and waits for just its "
          "commit") {
  time_point deadline{1h};
  partition_move uut{generation{3}};
  CHECK(uut.at() == state::asking);
  CHECK_FALSE(uut.deadline());
  CHECK_FALSE(uut.is_answer(generation{3}, -1));
  uut.begin_drain(7, deadline);
  CHECK(uut.at() == state::draining);
  CHECK(uut.deadline() == deadline);
  CHECK_FALSE(uut.is_answer(generation{3}, 7));
  uut.begin_commit(generation{4});
  CHECK_FALSE(uut.deadline());
  CHECK(uut.gen() == generation{4});
  CHECK_FALSE(uut.is_answer(generation{3}, 7)); // sent before
  CHECK_FALSE(uut.is_answer(generation{4}, 6));
  CHECK(uut.is_answer(generation{4}, 7));
}
