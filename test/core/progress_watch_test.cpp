#include "core/progress_watch.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::core;
using namespace std::chrono_literals;

namespace {

using action = progress_action;
using delivery = progress_facts::delivery;

/// A partition at offset 10 whose watch is looked at every second, and asked
/// questions are answered at once.
struct watched {
  explicit watched(duration patience = 60s, offset_t replaced_at = -1)
    : watch(patience, replaced_at) {
  }

  /// What the watch wanted on the way, but for questions.
  std::vector<action> pass(duration by) {
    std::vector<action> result;
    for (auto end_of_it = now + by; now < end_of_it;) {
      now += 1s;
      auto wanted = watch.look(facts, now);
      if (wanted == action::ask_end) {
        ++questions;
        wanted = answer();
      }
      if (wanted != action::none)
        result.push_back(wanted);
    }
    return result;
  }

  action answer() {
    if (end)
      return watch.end_found(*end, facts, now);
    return watch.end_unknown(asked, facts, now);
  }

  progress_watch watch;
  progress_facts facts{delivery::expected, 10};
  std::optional<offset_t> end = 10;
  bool asked = false; // where there is no end
  time_point now{1h};
  int questions = 0;
};

using actions = std::vector<action>;

} // namespace

TEST_CASE("a partition that has reached its end does not stall, however long") {
  watched x;
  CHECK(x.pass(24h).empty());
  CHECK_FALSE(x.watch.stalls());
  CHECK(x.questions == 24 * 60 * 2 - 1); // each half of the patience
}

TEST_CASE("a partition that stays behind its end is sought and then assigned "
          "anew, at growing intervals") {
  watched x{60s, 10}; // for this position the client was replaced
  x.end = 15;
  CHECK(x.pass(60s).empty());
  CHECK(x.pass(1s) == actions{action::seek});
  CHECK(x.watch.stalls());
  CHECK(x.pass(59s).empty());
  CHECK(x.pass(1s) == actions{action::reassign});
  CHECK(x.pass(119s).empty());
  CHECK(x.pass(1s) == actions{action::reassign});
  CHECK(x.pass(239s).empty());
  CHECK(x.pass(1s) == actions{action::reassign});
  CHECK(x.pass(24min) == actions{action::reassign, action::reassign});
  CHECK(x.pass(32min) == actions{action::reassign, action::reassign});
}

TEST_CASE("the client is replaced for a position once") {
  actions seek_and_reassign{action::seek, action::reassign};
  watched first;
  first.end = 15;
  CHECK(first.pass(121s) == seek_and_reassign);
  CHECK(first.pass(119s).empty());
  CHECK(first.pass(1s) == actions{action::replace_client});
  watched again{60s, 10};
  again.facts.position = 7; // what was not acked came again
  again.end = 15;
  CHECK(again.pass(121s) == seek_and_reassign);
  CHECK(again.pass(2min) == actions{action::reassign});
  again.facts.position = 11;
  CHECK(again.pass(1s) == actions{action::resumed});
  CHECK(again.pass(121s) == seek_and_reassign);
  CHECK(again.pass(2min) == actions{action::replace_client});
}

TEST_CASE("for a partition without a begin no client is replaced") {
  watched x;
  x.facts.position = -1;
  x.end = 15;
  auto steps = x.pass(1h);
  CHECK(steps.size() > 4);
  CHECK(std::count(steps.begin(), steps.end(), action::replace_client) == 0);
}

TEST_CASE("an end is only lag when half of the patience passed behind it") {
  watched x;
  x.pass(30s);
  x.end = 11;
  CHECK(x.pass(30s).empty()); // found, and given the other half
  x.facts.position = 11;
  CHECK(x.pass(24h).empty());
}

TEST_CASE("any progress ends a stall and begins anew") {
  watched x;
  x.end = 15;
  REQUIRE(x.pass(61s) == actions{action::seek});
  x.facts.position = 11;
  CHECK(x.pass(1s) == actions{action::resumed});
  CHECK_FALSE(x.watch.stalls());
  CHECK(x.pass(59s).empty());
  CHECK(x.pass(1s) == actions{action::seek});
}

TEST_CASE("a stall ends where the end turns out to be reached") {
  watched x;
  x.end = 15;
  REQUIRE(x.pass(61s) == actions{action::seek});
  x.end = 10; // truncated
  CHECK(x.pass(60s) == actions{action::resumed});
}

TEST_CASE("a reason to wait is no stall and takes the time back") {
  watched x;
  x.end = 15;
  x.pass(59s);
  x.facts.what = delivery::waits;
  x.questions = 0;
  CHECK(x.pass(24h).empty());
  CHECK(x.questions == 0);
  x.facts.what = delivery::expected;
  CHECK(x.pass(60s).empty());
  CHECK(x.pass(1s) == actions{action::seek});
}

TEST_CASE("a step back to the watermark is no resumption") {
  watched x;
  x.end = 15;
  REQUIRE(x.pass(61s) == actions{action::seek});
  x.facts.position = 7;
  CHECK(x.pass(1s).empty());
  CHECK_FALSE(x.watch.stalls());
}

TEST_CASE("a broker that does not tell the end is a reason, not a stall") {
  watched x;
  x.end.reset();
  CHECK(x.pass(24h).empty());
  x.end = 15;
  CHECK(x.pass(30s).empty()); // asked again
  CHECK(x.pass(30s) == actions{action::seek});
}

TEST_CASE("a silence of the broker counts as none of the partition's") {
  watched x;
  x.end = 15;
  x.pass(60s);
  x.end.reset();
  x.pass(1h);
  x.end = 15;
  CHECK(x.pass(30s).empty()); // it may be about to go on
  CHECK(x.pass(30s) == actions{action::seek});
}

TEST_CASE("what changed while the broker was asked counts") {
  watched x;
  x.end = 15;
  x.pass(60s);
  x.now += 1s;
  REQUIRE(x.watch.look(x.facts, x.now) == action::ask_end);
  auto moved = GENERATE(progress_facts{delivery::expected, 12},
                        progress_facts{delivery::waits, 10});
  x.facts = moved;
  CHECK(x.answer() == action::none);
  CHECK_FALSE(x.watch.stalls());
}

TEST_CASE("a question that could not be asked is wanted again") {
  progress_watch x{60s};
  time_point t{1h};
  x.look({delivery::expected, 10}, t);
  CHECK(x.look({delivery::expected, 10}, t + 30s) == action::ask_end);
  CHECK(x.look({delivery::expected, 10}, t + 31s) == action::ask_end);
}

TEST_CASE("a partition without a begin stalls, too, and knows its first end") {
  watched x;
  x.facts.position = -1;
  x.end = 0;
  x.pass(31s);
  x.end = 3;
  CHECK(x.pass(30s) == actions{action::seek});
  CHECK(x.watch.first_end() == 0);
  CHECK(x.watch.end() == 3);
}

TEST_CASE("a patience of zero finds no stall and asks nothing") {
  watched x{0s};
  x.end = 15;
  CHECK(x.pass(24h).empty());
  CHECK(x.questions == 0);
}

TEST_CASE("the end of a stopped partition is asked for, patience or not") {
  watched x{GENERATE(duration{0s}, duration{60s})};
  x.pass(1s);
  x.facts.what = delivery::stopped;
  x.end = 15;
  CHECK(x.pass(1s).empty());
  CHECK(x.watch.end() == 15); // at once
  x.end = 16;
  CHECK(x.pass(29s).empty());
  CHECK(x.watch.end() == 15);
  CHECK(x.pass(1s).empty());
  CHECK(x.watch.end() == 16);
  x.end.reset();
  CHECK(x.pass(10min).empty());
  CHECK(x.watch.end() == 16);
  CHECK(x.questions == 22);
}

TEST_CASE(
  "a question for the end that nobody answers is a stall itself, but no "
  "reason for another client") {
  watched x;
  x.end.reset();
  x.asked = true;
  CHECK(x.pass(60s).empty());
  CHECK(x.pass(1s) == actions{action::seek});
  CHECK(x.watch.stalls());
  CHECK(x.pass(60s) == actions{action::reassign});
  CHECK(x.pass(120s) == actions{action::reassign});
  x.end = 15; // it answers, and something is to be read
  CHECK(x.pass(240s) == actions{action::reassign});
  x.facts.position = 15;
  CHECK(x.pass(1s) == actions{action::resumed});
}

TEST_CASE("one question that nobody answers is no stall") {
  watched x;
  x.end.reset();
  x.asked = true;
  CHECK(x.pass(31s).empty());
  CHECK(x.questions == 1);
  x.end = 10;
  CHECK(x.pass(1h).empty());
  CHECK_FALSE(x.watch.stalls());
}

TEST_CASE("a fetch that is slow but answers is no stall, though the question "
          "for the end waits behind it") {
  watched x;
  x.end.reset();
  x.asked = true;
  for (int i = 0; i < 100; ++i) {
    CHECK(x.pass(59s).empty());
    ++x.facts.position;
    CHECK(x.pass(1s).empty());
  }
  CHECK(x.questions == 100);
  CHECK_FALSE(x.watch.stalls());
}

// -- each arrow of the chart --------------------------------------------------

namespace {

using state = progress_watch::state;

/// Behind its end at 15, and in this state.
watched behind_its_end(state x) {
  watched result;
  result.end = 15;
  result.pass(x == state::behind ? 31s : 61s);
  if (x == state::resting) {
    result.facts.what = delivery::waits;
    result.pass(1s);
    result.facts.what = delivery::expected;
    result.pass(1s);
  }
  REQUIRE(result.watch.at() == x);
  return result;
}

} // namespace

TEST_CASE("a partition that is behind twice stalls, and stalls on") {
  watched x;
  x.end = 15;
  CHECK(x.pass(30s).empty());
  CHECK(x.watch.at() == state::moving);
  x.pass(1s);
  CHECK(x.watch.at() == state::behind);
  CHECK(x.pass(30s) == actions{action::seek});
  CHECK(x.watch.at() == state::stalled);
  CHECK(x.pass(60s) == actions{action::reassign});
  CHECK(x.watch.at() == state::stalled);
}

TEST_CASE("a reason for its silence takes a partition back, and a stall "
          "begins once more without a report") {
  auto x = behind_its_end(GENERATE(state::behind, state::stalled));
  auto stalled = x.watch.stalls();
  SECTION("something waits") {
    x.facts.what = delivery::waits;
    CHECK(x.pass(1s).empty());
  }
  SECTION("the broker was not asked") {
    x.end.reset();
    CHECK(x.pass(60s).empty());
  }
  CHECK(x.watch.at() == (stalled ? state::resting : state::moving));
  CHECK(x.watch.stalls() == stalled);
  x.facts.what = delivery::expected;
  x.end = 15;
  x.pass(1s);
  CHECK(x.pass(31s).empty());
  CHECK(x.watch.at() == (stalled ? state::stalled : state::behind));
  CHECK(x.pass(30s) == actions{stalled ? action::reassign : action::seek});
}

TEST_CASE("a partition that gets on moves, whatever was wrong") {
  auto from = GENERATE(state::behind, state::stalled, state::resting);
  auto x = behind_its_end(from);
  auto told = from == state::behind ? actions{} : actions{action::resumed};
  SECTION("by delivery") {
    ++x.facts.position;
    CHECK(x.pass(1s) == told);
  }
  SECTION("as its end is reached") {
    x.end = 10;
    CHECK(x.pass(61s) == told);
  }
  CHECK(x.watch.at() == state::moving);
}

TEST_CASE("a partition that stopped stalls no more") {
  auto x
    = behind_its_end(GENERATE(state::behind, state::stalled, state::resting));
  x.facts.what = delivery::stopped;
  CHECK(x.pass(1s).empty());
  CHECK(x.watch.at() == state::moving);
}
