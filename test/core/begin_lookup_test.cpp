#include "core/begin_lookup.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace std::chrono_literals;
using core::begin_lookup;
using core::offset_earliest;
using core::offset_latest;
using question = core::begin_lookup::question;

namespace {

const topic_partition tp{"t", 0};

} // namespace

TEST_CASE("who begins at the end asks for it first, then for the rest") {
  begin_lookup uut{offset_latest};
  uut.start();
  CHECK(uut.next(false) == question::ends);
  uut.on_ends({{tp, 7}});
  CHECK(uut.next(false) == question::counts);
  uut.on_counts();
  CHECK(uut.next(false) == question::committed);
  CHECK(uut.begin_of(tp, std::nullopt, false) == 7);
  uut.start(); // ends are of one assignment, counts of an incarnation
  CHECK(uut.next(false) == question::ends);
}

TEST_CASE("who begins at the first record asks for what is committed alone") {
  begin_lookup uut{offset_earliest};
  CHECK(uut.next(false) == question::committed);
  CHECK(uut.begin_of(tp, std::nullopt, false) == offset_earliest);
}

TEST_CASE("who begins at a number asks how many partitions there are") {
  begin_lookup uut{12};
  CHECK(uut.next(false) == question::counts);
  CHECK(uut.next(true) == question::committed); // known from an earlier one
  CHECK(uut.begin_of(tp, std::nullopt, false) == 12);
}

TEST_CASE("a partition begins where it was committed, and a new one at its "
          "first record") {
  begin_lookup uut{offset_latest};
  uut.on_ends({{tp, 7}});
  CHECK(uut.begin_of(tp, 3, false) == 3);
  CHECK(uut.begin_of(tp, 3, true) == 3);
  CHECK(uut.begin_of(tp, std::nullopt, true) == offset_earliest);
  // Nobody told its end: librdkafka asks for it.
  CHECK(uut.begin_of({"t", 1}, std::nullopt, false) == offset_latest);
}

TEST_CASE("metadata beside commits want to know the ends of their logs") {
  begin_lookup uut{offset_earliest};
  uut.start();
  CHECK(uut.next(false) == question::committed);
  uut.on_metadata();
  CHECK(uut.next(false) == question::log_ends);
  uut.start();
  CHECK(uut.next(false) == question::committed);
}

TEST_CASE("a question that was not answered in time waits twice as long") {
  begin_lookup uut{offset_latest};
  CHECK(uut.timeout() == 3s);
  uut.on_timed_out();
  CHECK(uut.timeout() == 6s);
  for (int i = 0; i < 40; ++i)
    uut.on_timed_out();
  CHECK(uut.timeout() == 60s);
}
