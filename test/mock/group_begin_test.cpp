#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

TEST_CASE("what is written while an assignment is looked up is not skipped") {
  group_fixture f;
  f.produce(0, 10);
  // OffsetFetch: COORDINATOR_NOT_AVAILABLE, each asked again after a second.
  f.cluster.inject(9, std::vector<std::int16_t>(12, 15));
  auto options = f.options();
  options.config.begin_offset = logical_offset::latest;
  options.handler = f.noting(ack_all);
  f.start(options);
  auto failed = [](const event& x) {
    return x.kind == event_kind::client_error;
  };
  REQUIRE(f.await_events(1, failed, 60s)); // assigned, and asked
  CHECK(f.count(event_kind::assigned) == 0);
  f.produce(0, 5);
  f.cluster.clear_injected(9);
  REQUIRE(f.await_committed(0, 15));
  auto delivered = f.delivered(0);
  CHECK(delivered == std::vector<offset_t>{10, 11, 12, 13, 14});
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a group begins however long an answer takes") {
  group_fixture f;
  auto options = f.options();
  options.config.begin_offset = 0;
  options.config.kafka["session.timeout.ms"] = "60000";
  options.handler = f.noting(ack_all);
  f.cluster.set_round_trip(1, 3'200ms);
  f.start(options);
  auto assigned = [](const event& x) { return x.kind == event_kind::assigned; };
  CHECK(f.await_events(1, assigned, 100s));
  auto errors = f.events(event_kind::client_error);
  REQUIRE_FALSE(errors.empty());
  CHECK(errors[0].text.find("asking for how many partitions the topics have")
        == 0);
  f.cluster.set_round_trip(1, 0ms);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}
