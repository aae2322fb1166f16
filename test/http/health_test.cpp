#include "http/health.hpp"

#include "support/catch.hpp"
#include "support/snapshots.hpp"

using namespace cafka;
using namespace cafka::http;
using namespace cafka::test;

TEST_CASE(
  "a process is ready when each group was in its group, with partitions "
  "or without") {
  CHECK(readyz({}).status == 503);
  auto spare = test::seen_group({});
  CHECK(readyz(snapshot_of({spare})).status == 200);
  auto joining = spare;
  joining.name = "billing";
  joining.status->rebalances = 0;
  auto x = readyz(snapshot_of({spare, joining}));
  CHECK(x.status == 503);
  CHECK(x.body == "billing: it was not in its group yet\n");
}

TEST_CASE("a process is not ready while no broker is connected, and lives") {
  auto group = test::seen_group({running_partition("t", 0)});
  group.status->connected = false;
  CHECK(readyz(snapshot_of({group})).status == 503);
  CHECK(livez(snapshot_of({group})).status == 200);
}

TEST_CASE("a process does not live when a supervisor gave up or its manager is "
          "silent for 30 s") {
  auto group = test::seen_group({failing_partition("t", 0)});
  CHECK(livez(snapshot_of({group})).status == 200);
  group.silent_ms = 29'999;
  CHECK(livez(snapshot_of({group})).status == 200);
  group.silent_ms = 30'000;
  CHECK(livez(snapshot_of({group})).status == 503);
  group.silent_ms = 0;
  group.ended = true;
  CHECK(livez(snapshot_of({group})).status == 200); // stopped in order
  group.end_text = "authentication: refused";
  auto x = livez(snapshot_of({group}));
  CHECK(x.status == 503);
  CHECK(x.body == "orders: it gave up: authentication: refused\n");
}

TEST_CASE("a process does not live when a control actor of a group answers no "
          "ping for 30 s") {
  auto group = test::seen_group({running_partition("t", 0)});
  group.status->silent_ms = 29'999;
  group.status->silent_actor = "group_coordinator";
  CHECK(livez(snapshot_of({group})).status == 200);
  group.status->silent_ms = 30'000;
  auto x = livez(snapshot_of({group}));
  CHECK(x.status == 503);
  CHECK(x.body == "orders: its group_coordinator does not answer for 30 s\n");
}

TEST_CASE("health says of each unhealthy partition why") {
  auto group
    = test::seen_group({running_partition("t", 0), failing_partition("t", 1)});
  CHECK(healthz(snapshot_of({group}), false).status == 503);
  auto x = healthz(snapshot_of({group}), true);
  CHECK(x.status == 503);
  CHECK(x.type == "application/json");
  CHECK_THAT(x.body, has_text("\"partition\": 1"));
  CHECK_THAT(x.body, has_text("\"why\": \"offset 100 failed 3 times\""));
  CHECK_THAT(x.body, !has_text("\"partition\": 0"));
  group.status->partitions.pop_back();
  CHECK(healthz(snapshot_of({group}), true).status == 200);
}
