#include "http/status_document.hpp"

#include "support/catch.hpp"
#include "support/snapshots.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::http;
using namespace cafka::test;
using nlohmann::json;

namespace {

http::snapshot failing() {
  auto result = snapshot_of({test::seen_group({failing_partition("t", 3)})});
  event e;
  e.kind = event_kind::record_failed;
  e.tp = {"t", 3};
  e.offset = 100;
  e.text = "bad\xff\"</script>";
  result.events.push_back({999'999'000, "orders", e});
  return result;
}

} // namespace

TEST_CASE("the status tells of each partition where it stands and why") {
  auto x = json::parse(make_status(failing(), false).body);
  auto p = x["groups"][0]["partitions"][0];
  CHECK(p["topic"] == "t");
  CHECK(p["partition"] == 3);
  CHECK(p["state"] == "backoff");
  CHECK(p["health"] == "failing");
  CHECK(p["watermark"] == 100);
  CHECK(p["committed"] == 90);
  CHECK(p["lag"] == 50);
  CHECK(p["end"] == 150);
  CHECK(p["failing_offset"] == 100);
  CHECK(p["next_try"] == 1'000'012'000);
  CHECK(p["progress"] == 999'760'000);
  CHECK(p["call_since"].is_null());
  CHECK(p["error_text"] == "exit 65");
  CHECK(x["operations"] == false);
  CHECK(x["now"] == 1'000'000'000);
}

TEST_CASE("the status tells the last events, whatever bytes they hold") {
  auto x = json::parse(make_status(failing(), false).body);
  auto e = x["events"][0];
  CHECK(e["kind"] == "record_failed");
  CHECK(e["at"] == 999'999'000);
  CHECK(e["offset"] == 100);
  CHECK(e["text"] == "bad\xef\xbf\xbd\"</script>");
}

TEST_CASE(
  "the tag of a status stays while nothing but the time of day changes") {
  auto x = failing();
  auto before = make_status(x, false).tag;
  x.now += 3'000;
  x.groups[0].answered_at += 3'000; // 3 s later all ages are 3 s more
  x.groups[0].status->partitions[0].since_progress_ms += 3'000;
  x.groups[0].status->partitions[0].next_try_ms -= 3'000;
  x.groups[0].status->rebalance_ms += 3'000;
  CHECK(make_status(x, false).tag == before);
  ++x.groups[0].status->partitions[0].watermark;
  CHECK(make_status(x, false).tag != before);
}

TEST_CASE("a status that the client has already is not sent again") {
  auto x = make_status(failing(), true);
  request asked;
  CHECK(answer_status(x, asked).status == 200);
  asked.if_none_match = x.tag;
  auto again = answer_status(x, asked);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
}

TEST_CASE(
  "the status tells the pauses of operators, also of what is not held") {
  auto shown = snapshot_of({test::seen_group({running_partition("t", 0)})});
  shown.groups[0].status->pauses = {{"t", 9, "ann", "audit"}, {"", -1, "", ""}};
  auto pauses
    = json::parse(make_status(shown, false).body)["groups"][0]["pauses"];
  REQUIRE(pauses.size() == 2);
  CHECK(pauses[0]["topic"] == "t");
  CHECK(pauses[0]["partition"] == 9);
  CHECK(pauses[0]["who"] == "ann");
  CHECK(pauses[0]["reason"] == "audit");
  CHECK(pauses[1]["partition"].is_null());
}
