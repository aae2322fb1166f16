#include "broker_support/scenario.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

scenario::options range() {
  scenario::options x;
  x.assignor = "RangeAssignor";
  return x;
}

/// A group with a member that does something wrong.
struct faulty_group {
  explicit faulty_group(const std::string& fault)
    : bad(run.join("bad", {}, {{CAFKA_FAULTY_MEMBER, fault}})) {
    run.keep_producing(true);
    run.await_balance({&bad});
  }

  /// What the invariants say at last; waits until they say anything.
  std::string seen() {
    run.await("the fault is seen",
              [&] { return !run.facts().violations().empty(); });
    return run.facts().violations().front().text;
  }

  cluster kafka{"kafka-1"};
  scenario run{kafka, range()};
  member& bad;
};

} // namespace

TEST_CASE("a member that commits before it handles is seen in a real run") {
  faulty_group x{"early"};
  CHECK_THAT(x.seen(), has_text("and nobody had handled"));
}

TEST_CASE("a member that hands over what it still handles is seen in a run") {
  faulty_group x{"undrained"};
  x.run.await_handled(100);
  x.run.join("good");
  CHECK_THAT(x.seen(),
             has_text("bad handled") && has_text("without holding it"));
}

TEST_CASE("a member that skips a record is seen in a real run") {
  faulty_group x{"skipping"};
  CHECK_THAT(x.seen(), has_text("and nobody had handled"));
  CHECK_FALSE(x.run.facts().missing().empty());
}
