#include "core/membership.hpp"

#include "support/catch.hpp"

#include <vector>

using namespace cafka;
using core::membership;
using state = core::membership::state;
using partitions = std::vector<topic_partition>;

namespace {

topic_partition tp(partition_t p) {
  return {"t", p};
}

} // namespace

TEST_CASE("an assignment is looked up, and then held") {
  membership uut;
  CHECK(uut.at() == state::joining);
  auto id = uut.on_assigned({tp(0), tp(1)}).id;
  CHECK(id.value == 1);
  CHECK(uut.at() == state::looking_up);
  CHECK(uut.looks_up(id));
  REQUIRE(uut.looking_up());
  CHECK(uut.looking_up()->partitions == partitions{tp(0), tp(1)});
  CHECK(uut.on_begins_known().partitions == partitions{tp(0), tp(1)});
  CHECK(uut.at() == state::assigned);
  CHECK_FALSE(uut.looks_up(id));
  CHECK(uut.looking_up() == nullptr);
}

TEST_CASE("a newer assignment is looked up in place of an older one") {
  membership uut;
  auto older = uut.on_assigned({tp(0)}).id;
  auto newer = uut.on_assigned({tp(1)}).id;
  CHECK_FALSE(uut.looks_up(older));
  CHECK(uut.looks_up(newer));
  uut.on_begins_known();
  // Cooperative: in addition to what is held.
  CHECK(uut.looks_up(uut.on_assigned({tp(2)}).id));
}

TEST_CASE("a revocation voids a look-up and ends in a new join") {
  membership uut;
  auto assigned = uut.on_assigned({tp(0)}).id;
  auto revoked = uut.on_revoked({}).id;
  CHECK(uut.at() == state::revoking);
  CHECK_FALSE(uut.looks_up(assigned));
  auto given = uut.on_revocation_done(revoked);
  REQUIRE(given);
  CHECK(given->empty()); // it was never told
  CHECK(uut.at() == state::joining);
}

TEST_CASE("two revocations are given back together, with the newer one") {
  membership uut;
  uut.on_assigned({tp(0), tp(1)});
  uut.on_begins_known();
  auto first = uut.on_revoked({tp(0)}).id;
  auto& both = uut.on_revoked({tp(0), tp(1)});
  CHECK(both.partitions == partitions{tp(0), tp(1)});
  auto second = both.id;
  CHECK_FALSE(uut.on_revocation_done(first)); // of an older rebalance
  CHECK(uut.at() == state::revoking);
  CHECK(uut.on_revocation_done(second) == partitions{tp(0), tp(1)});
  CHECK_FALSE(uut.on_revocation_done(second));
}

TEST_CASE("with another client the member begins anew, under a newer number") {
  membership uut;
  auto id = uut.on_assigned({tp(0)}).id;
  auto taken = uut.on_client_replaced();
  CHECK(taken > id);
  CHECK(uut.at() == state::joining);
  CHECK_FALSE(uut.looks_up(id));
  uut.on_assigned({tp(0)});
  uut.on_begins_known();
  auto revoked = uut.on_revoked({tp(0)}).id;
  uut.on_client_replaced();
  CHECK_FALSE(uut.on_revocation_done(revoked));
}

TEST_CASE("a member that joins may hold partitions, and give them back") {
  membership uut;
  uut.on_revocation_done(uut.on_revoked({tp(0)}).id);
  REQUIRE(uut.at() == state::joining);
  auto revoked = uut.on_revoked({tp(1)}).id;
  CHECK(uut.at() == state::revoking);
  CHECK(uut.on_revocation_done(revoked) == partitions{tp(1)});
  CHECK(uut.at() == state::joining);
}
