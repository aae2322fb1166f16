#include "control/status_view.hpp"

#include "http/status_document.hpp"

#include "support/catch.hpp"
#include "support/snapshots.hpp"

using namespace cafka;
using namespace cafka::control;
using namespace cafka::test;

namespace {

/// As a server tells it.
status_view view_of(const http::snapshot& x, bool operations = false) {
  auto result = read_status(http::make_status(x, operations).body);
  REQUIRE(result);
  return std::move(*result);
}

group_view only_group(http::seen_group x) {
  auto all = view_of(snapshot_of({std::move(x)}));
  REQUIRE(all.groups.size() == 1);
  return all.groups[0];
}

} // namespace

TEST_CASE("a status is read as the server tells it, the worst partition "
          "first") {
  auto paused = running_partition("orders", 1);
  paused.paused = true;
  auto stalled = running_partition("orders", 2);
  stalled.healthy = false;
  stalled.health = partition_health::stalled;
  auto lagging = running_partition("orders", 4);
  lagging.lag = 51;
  auto group
    = test::seen_group({running_partition("orders", 0), paused, stalled,
                        failing_partition("orders", 3), lagging});
  group.status->pauses.push_back({"orders", 1, "ann", "deploy"});
  auto all = view_of(snapshot_of({group}), true);
  CHECK(all.operations);
  REQUIRE(all.groups.size() == 1);
  auto& x = all.groups[0];
  CHECK(x.name == "orders");
  CHECK(x.group == "order-readers");
  REQUIRE(x.pauses.size() == 1);
  CHECK(x.pauses[0].partition == 1);
  CHECK(x.pauses[0].who == "ann");
  std::vector<partition_t> order;
  for (auto& p : x.partitions)
    order.push_back(p.tp.partition);
  CHECK(order == std::vector<partition_t>{3, 2, 1, 4, 0});
  auto& worst = x.partitions[0];
  CHECK(worst.state == "backoff");
  CHECK(worst.failing_offset == 100);
  CHECK(worst.next_try_ms == 12'000);
  CHECK(worst.progress_ms == 240'000);
  CHECK(worst.lag == 50);
  CHECK(worst.end == 150);
  CHECK(worst.call_ms == std::nullopt);
  CHECK(worst.why == "offset 100 failed 3 times");
}

TEST_CASE("how a group is stands in a sentence") {
  CHECK(
    sentence_of(only_group(
      test::seen_group({running_partition("t", 0), failing_partition("t", 3)})))
    == "1 of 2 partitions run; t/3 fails at 100 since 4 min (exit 65), next "
       "try in 12 s");
  auto paused = running_partition("t", 0);
  paused.paused = true;
  CHECK(
    sentence_of(only_group(test::seen_group(
      {paused, failing_partition("t", 1), failing_partition("t", 2)})))
    == "0 of 3 partitions run, 1 paused; t/1 fails at 100 since 4 min (exit "
       "65), next try in 12 s; not healthy besides: 1");
  CHECK(sentence_of(only_group(test::seen_group({running_partition("t", 0)})))
        == "1 of 1 partitions run");
  auto spare = test::seen_group({});
  CHECK(sentence_of(only_group(spare))
        == "is in its group and holds no partition");
  spare.status->rebalances = 0;
  CHECK(sentence_of(only_group(spare)) == "joins its group");
  spare.status->connected = false;
  CHECK(sentence_of(only_group(spare)) == "no broker is connected");
  spare.status->state = group_state::restarting;
  CHECK(sentence_of(only_group(spare)) == "restarts as a whole");
  spare.ended = true;
  CHECK(sentence_of(only_group(spare)) == "has ended");
  spare.end_text = "authentication: refused";
  CHECK(sentence_of(only_group(spare)) == "gave up: authentication: refused");
  http::seen_group silent;
  silent.name = "g";
  CHECK(sentence_of(only_group(silent)) == "has not answered yet");
}

TEST_CASE("a span of time is told in its largest unit") {
  CHECK(span_text(0) == "0 s");
  CHECK(span_text(59'400) == "59 s");
  CHECK(span_text(59'500) == "1 min");
  CHECK(span_text(3'600'000) == "1 h");
  CHECK(span_text(172'799'000) == "47 h");
  CHECK(span_text(172'800'000) == "2 d");
}

TEST_CASE("what is no status is not read as one") {
  for (auto* text :
       {"", "[]", "null", "{}", "<html>", R"({"now":1})",
        R"({"now":"x","version":"","operations":true,"groups":[]})",
        R"({"now":1,"version":"","operations":true,)"
        R"("groups":[{"name":7}]})"})
    CHECK_FALSE(read_status(text));
}
