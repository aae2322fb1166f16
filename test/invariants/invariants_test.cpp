#include "invariants/invariants.hpp"

#include "support/catch.hpp"

using namespace cafka;
using rule = invariants::rule;

namespace {

const topic_partition tp{"t", 0};

/// Ten records, and the member `a` that holds the partition.
invariants ten_records() {
  invariants result;
  for (offset_t i = 0; i < 10; ++i)
    result.produced(tp, i);
  result.assigned("a", tp);
  return result;
}

std::string first_violation(const invariants& x) {
  return x.violations().empty() ? "" : x.violations().front().text;
}

} // namespace

TEST_CASE("a group in order breaks no invariant") {
  auto x = ten_records();
  x.handled("a", tp, {0, 6});
  x.committed(tp, 6);
  x.revoked("a", tp);
  x.assigned("b", tp);
  x.handled("b", tp, {6, 10});
  x.committed(tp, 10);
  CHECK(x.violations().empty());
  CHECK(x.missing().empty());
  CHECK(x.all_committed());
  CHECK(x.handled_again() == 0);
}

TEST_CASE("a record that nobody handled is missing") {
  auto x = ten_records();
  x.handled("a", tp, {0, 4});
  x.handled("a", tp, {5, 10});
  CHECK(x.missing() == std::vector<std::string>{"t/0: nobody handled [4, 5)"});
}

TEST_CASE("a commit past what was handled is seen, also if it came first") {
  auto x = ten_records();
  x.handled("a", tp, {0, 4});
  x.committed(tp, 5);
  CHECK(first_violation(x)
        == "t/0: 5 was committed, and nobody had handled [4, 5)");
  invariants early;
  early.committed(tp, 1);
  CHECK(early.violations().empty());
  early.produced(tp, 0); // the producer's report came later
  CHECK(first_violation(early)
        == "t/0: 1 was committed, and nobody had handled [0, 1)");
}

TEST_CASE("a committed offset that goes back is seen") {
  auto x = ten_records();
  x.handled("a", tp, {0, 10});
  x.committed(tp, 7);
  x.committed(tp, 6);
  CHECK(first_violation(x)
        == "t/0: the committed offset went back from 7 to 6");
}

TEST_CASE("offsets that do not rise within an assignment are seen") {
  auto x = ten_records();
  x.handled("a", tp, {0, 4});
  x.handled("a", tp, {3, 5});
  CHECK(first_violation(x) == "t/0: a handled [3, 5) after 3");
  CHECK(x.handled_again() == 1);
}

TEST_CASE("a record below the committed offset that comes again is seen") {
  auto x = ten_records();
  x.handled("a", tp, {0, 4});
  x.committed(tp, 4);
  x.gone("a");
  x.assigned("b", tp);
  x.handled("b", tp, {3, 5});
  CHECK(first_violation(x) == "t/0: b handled [3, 5) below the committed 4");
}

TEST_CASE("what was not committed may come again after a crash") {
  auto x = ten_records();
  x.handled("a", tp, {0, 6});
  x.committed(tp, 4);
  x.gone("a");
  x.assigned("b", tp);
  x.handled("b", tp, {4, 10});
  CHECK(x.violations().empty());
  CHECK(x.handled_again() == 2);
  CHECK(x.handled_again_after("a") == 2);
  CHECK(x.handled_again_after("b") == 0);
}

TEST_CASE("a member that handles what it does not hold is seen") {
  auto x = ten_records();
  x.handled("b", tp, {0, 1});
  CHECK(first_violation(x) == "t/0: b handled [0, 1) without holding it");
  auto y = ten_records();
  y.revoked("a", tp);
  y.handled("a", tp, {0, 1});
  CHECK(first_violation(y) == "t/0: a handled [0, 1) without holding it");
}

TEST_CASE("a paused member may finish late what it held, and no more") {
  auto x = ten_records();
  x.handled("a", tp, {0, 2});
  x.paused("a");
  x.assigned("b", tp);
  x.handled("b", tp, {2, 10});
  x.committed(tp, 10);
  x.handled("a", tp, {2, 4});
  x.revoked("a", tp);
  x.handled("a", tp, {4, 5});
  CHECK(x.violations().empty());
  CHECK(x.handled_late() == 3);
  CHECK(x.handled_again() == 0);
  x.assigned("a", tp);
  x.handled("a", tp, {9, 10});
  CHECK(first_violation(x) == "t/0: a handled [9, 10) below the committed 10");
}

TEST_CASE("what the broker does not hold any more is not missing") {
  auto x = ten_records();
  x.removed(tp, 8);
  x.handled("a", tp, {8, 10});
  x.committed(tp, 10);
  CHECK(x.violations().empty());
  CHECK(x.missing().empty());
}

TEST_CASE("another topic of the same name begins anew") {
  auto x = ten_records();
  x.handled("a", tp, {0, 10});
  x.committed(tp, 10);
  x.deleted("t");
  x.revoked("a", tp);
  x.produced(tp, 0);
  x.committed(tp, 0);
  CHECK(x.violations().empty());
  CHECK(x.missing().size() == 1);
  CHECK_FALSE(x.all_committed());
}

TEST_CASE("a commit is judged when it is asked for, and what comes late, too") {
  auto x = ten_records();
  x.handled("a", tp, {0, 4});
  x.commit_sent("a", tp, 5);
  CHECK(first_violation(x)
        == "t/0: 5 was committed, and nobody had handled [4, 5)");
  CHECK(x.violations().front().broken == rule::commit_is_handled);
  invariants early;
  early.assigned("a", tp);
  early.commit_sent("a", tp, 1);
  CHECK(early.violations().empty());
  early.produced(tp, 0);
  CHECK(early.violations().size() == 1);
}

TEST_CASE("commits that go back within an assignment are seen") {
  auto x = ten_records();
  x.handled("a", tp, {0, 10});
  x.commit_sent("a", tp, 7);
  x.commit_sent("a", tp, 6);
  CHECK(first_violation(x) == "t/0: a commit of a went back from 7 to 6");
  CHECK(x.violations().front().broken == rule::commit_rises);
}

TEST_CASE("a worker that begins again at its watermark keeps the order") {
  invariants x;
  x.assigned("a", tp, 0);
  x.handled("a", tp, {0, 6});
  x.acked("a", tp, 4);
  x.restarted("a", tp, 4);
  x.handled("a", tp, {4, 8});
  CHECK(x.violations().empty());
  CHECK(x.handled_again() == 2);
  x.restarted("a", tp, 5);
  CHECK(first_violation(x)
        == "t/0: a worker of a began again at 5, acked up to 4");
  CHECK(x.violations().front().broken == rule::position);
}

TEST_CASE("an assignment begins at a commit that was sent or confirmed") {
  auto begin_at = [](offset_t begin) {
    invariants x;
    x.assigned("a", tp, 0);
    x.handled("a", tp, {0, 10});
    x.commit_sent("a", tp, 4);
    x.committed(tp, 4);
    x.commit_sent("a", tp, 8); // and nobody heard of it
    x.lost("a", tp);
    x.assigned("b", tp, begin);
    return first_violation(x);
  };
  CHECK(begin_at(3) == "t/0: b began at 3, with commits from 4 to 8");
  CHECK(begin_at(4).empty());
  CHECK(begin_at(8).empty());
  CHECK(begin_at(9) == "t/0: b began at 9, with commits from 4 to 8");
}

TEST_CASE("what was lost may be finished late, in its order") {
  auto x = ten_records();
  x.handled("a", tp, {0, 2});
  x.lost("a", tp);
  x.assigned("b", tp);
  x.handled("b", tp, {0, 4});
  x.committed(tp, 4);
  x.handled("a", tp, {2, 3});
  CHECK(x.violations().empty());
  CHECK(x.handled_late() == 1);
  x.handled("a", tp, {2, 3});
  CHECK(first_violation(x) == "t/0: a handled [2, 3) after 2");
}
