#include "program/group_account.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::app;
using namespace cafka::test;

namespace {

event happened(event_kind kind, offset_t offset) {
  event x;
  x.kind = kind;
  x.tp = {"t", 0};
  x.offset = offset;
  return x;
}

message_batch batch_up_to(offset_t last) {
  record_block::builder b;
  b.add(last, "k", "v");
  return {std::make_shared<const partition_identity>(
            partition_identity{"g", "t", 0, {}}),
          std::make_shared<const revocation_notice>(),
          b.finish(),
          {},
          1};
}

} // namespace

TEST_CASE("what was acked and not committed is known of lost partitions, too") {
  using kind = event_kind;
  group_account x;
  x.on_event(happened(kind::assigned, 5));
  x.on_event(happened(kind::committed, 7));
  x.on_event(happened(kind::lost, 7));
  CHECK(all_is_committed(x.facts()));
  x.on_event(happened(kind::assigned, 7));
  x.on_event(happened(kind::lost, 9));
  CHECK_FALSE(all_is_committed(x.facts()));
  CHECK(summary_lines("n", "g", x.facts()).back().text
        == "acked up to 8, not committed: it comes again");
  x.on_event(happened(kind::assigned, 7)); // and it does, to this member
  CHECK(all_is_committed(x.facts()));
}

TEST_CASE("what was acked when an incarnation of the group ended is known") {
  using kind = event_kind;
  group_account x;
  x.on_event(happened(kind::assigned, 5));
  x.on_handled(batch_up_to(8));
  CHECK(all_is_committed(x.facts())); // it is held
  x.on_event(happened(kind::group_restarted, -1));
  CHECK_FALSE(all_is_committed(x.facts()));
  x.on_event(happened(kind::assigned, 5));
  CHECK(all_is_committed(x.facts()));
}

TEST_CASE("a run knows which partition stands still, where and why") {
  using kind = event_kind;
  group_account x;
  auto exhausted = happened(kind::worker_exhausted, -1);
  exhausted.code = errc::handler_failed;
  exhausted.text = "no\nspace";
  x.on_event(happened(kind::assigned, 5));
  CHECK(all_go_on(x.facts()));
  x.on_event(exhausted);
  CHECK_FALSE(all_go_on(x.facts()));
  SECTION("given back at the stop it stood still until then") {
    x.on_stop();
    x.on_event(happened(kind::revoked, 6));
    CHECK_FALSE(all_go_on(x.facts()));
    auto lines = summary_lines("n", "g", x.facts());
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].partition == "t/0");
    CHECK(lines[1].level == core::log_level::warning);
    CHECK(lines[1].text.starts_with(
      "it stood still at offset 6: handler_failed: no\nspace"));
  }
  SECTION("given to another member it goes on there") {
    x.on_event(happened(kind::revoked, 6));
    CHECK(all_go_on(x.facts()));
  }
  SECTION("lost it goes on elsewhere, too") {
    x.on_event(happened(kind::lost, 6));
    CHECK(all_go_on(x.facts()));
  }
  SECTION("in a new incarnation of the group it is tried again") {
    x.on_event(happened(kind::group_restarted, -1));
    CHECK(all_go_on(x.facts()));
  }
}

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
  CHECK(summary_lines("n", "g", x.facts())
          .back()
          .text.find("acked up to 8, not committed")
        != std::string::npos);
  x.on_event(happened(kind::committed, 9));
  CHECK(all_is_committed(x.facts()));
}
