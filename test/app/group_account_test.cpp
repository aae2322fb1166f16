#include "app/group_account.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::app;

namespace {

event happened(event_kind kind, offset_t offset) {
  event x;
  x.kind = kind;
  x.tp = {"t", 0};
  x.offset = offset;
  return x;
}

} // namespace

TEST_CASE("a run knows what was acked and not committed") {
  using kind = event_kind;
  group_account x;
  CHECK(all_is_committed(x.facts()));
  x.on_event(happened(kind::assigned, -2));
  x.on_event(happened(kind::begin_resolved, 5));
  x.on_event(happened(kind::revoked, 5));
  CHECK(all_is_committed(x.facts())); // nothing was acked
  x.on_event(happened(kind::assigned, 5));
  x.on_event(happened(kind::commit_failed, 9));
  x.on_event(happened(kind::revoked, 9));
  CHECK_FALSE(all_is_committed(x.facts()));
  CHECK(describe("g", x.facts()).find("acked up to 8, not committed")
        != std::string::npos);
  x.on_event(happened(kind::committed, 9));
  CHECK(all_is_committed(x.facts()));
}
