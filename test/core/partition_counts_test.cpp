#include "core/partition_counts.hpp"

#include "support/catch.hpp"

using cafka::core::partition_counts;

TEST_CASE("a partition at or above the count first seen is new") {
  partition_counts uut;
  uut.note("t", 4);
  CHECK_FALSE(uut.is_new({"t", 0}));
  CHECK_FALSE(uut.is_new({"t", 3}));
  CHECK(uut.is_new({"t", 4}));
  CHECK(uut.is_new({"t", 5}));
}

TEST_CASE("later counts of a topic do not make its new partitions old") {
  partition_counts uut;
  uut.note("t", 4);
  uut.note("t", 6);
  CHECK(uut.is_new({"t", 4}));
}

TEST_CASE("every partition of a topic that did not exist is new") {
  partition_counts uut;
  uut.note("t", 0);
  CHECK(uut.knows("t"));
  CHECK(uut.is_new({"t", 0}));
}

TEST_CASE("no partition of a topic that was never counted is new") {
  partition_counts uut;
  uut.note("t", 1);
  CHECK_FALSE(uut.knows("u"));
  CHECK_FALSE(uut.is_new({"u", 100}));
}
