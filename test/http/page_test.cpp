// The page, as Chromium shows it.

#include "support/browser.hpp"
#include "support/http_site.hpp"
#include "support/tool.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// With what is under one address at first.
struct shown_page {
  explicit shown_page(const std::string& program, http_site& x)
    : chromium(program) {
    chromium.size(1'200, 800, false);
    chromium.open("http://127.0.0.1:" + std::to_string(x.port()) + "/");
  }
  bool await_text(const std::string& x) {
    return chromium.await("document.body.innerText.includes("
                          + nlohmann::json(x).dump() + ")");
  }

  browser chromium;
};

http::snapshot many_states() {
  auto stalled = running_partition("orders", 2);
  stalled.healthy = false;
  stalled.health = partition_health::stalled;
  stalled.health_text = "it lags, nothing holds it back, and nothing comes";
  stalled.lag = 900;
  auto paused = running_partition("orders", 4);
  paused.paused = true;
  auto group = test::seen_group({running_partition("orders", 0),
                                 running_partition("orders", 1), stalled,
                                 failing_partition("orders", 3), paused});
  for (int i = 0; i < 60; ++i)
    group.courses[{"orders", 3}].push_back(i * 10);
  return snapshot_of({group});
}

} // namespace

TEST_CASE("the page says in a sentence how a group is, and shows the worst "
          "partition first") {
  auto program = chromium();
  if (!program)
    return;
  http_site x;
  x.show(many_states());
  shown_page page{*program, x};
  REQUIRE(page.await_text("2 of 5 partitions run, 1 paused; orders/3 fails at "
                          "100 since 4 min (exit 65), next try in 12 s; not "
                          "healthy besides: 1"));
  auto order = page.chromium.evaluate(
    "[...document.querySelectorAll('tr[data-partition]')].map(x => "
    "x.dataset.partition).join(' ')");
  CHECK(order == "orders/3 orders/2 orders/4 orders/0 orders/1");
  CHECK(page.await_text("running, paused"));
  CHECK(page.chromium.evaluate("document.querySelectorAll('polyline').length")
        == 1);
  CHECK(page.chromium.evaluate("document.title") == "⚠ cafka");
}

TEST_CASE("the page follows what changes") {
  auto program = chromium();
  if (!program)
    return;
  http_site x;
  shown_page page{*program, x};
  REQUIRE(page.await_text("1 of 1 partitions run"));
  x.show(many_states());
  CHECK(page.await_text("2 of 5 partitions run"));
}

TEST_CASE("what a handler, a topic or an event says is text on the page and no "
          "markup") {
  auto program = chromium();
  if (!program)
    return;
  const std::string hostile = "<img src=x onerror=\"window.hit=1\"></script>"
                              "<script>window.hit=1</script>";
  http_site x;
  auto p = failing_partition(hostile, 0);
  p.health_text = hostile;
  p.last_error_text = hostile;
  auto group = test::seen_group({p});
  group.name = hostile;
  group.status->group = "other " + hostile;
  auto shown = snapshot_of({group});
  event e;
  e.kind = event_kind::record_failed;
  e.tp = p.tp;
  e.text = hostile;
  shown.events.push_back({1, hostile, e});
  x.show(shown);
  shown_page page{*program, x};
  REQUIRE(page.await_text(hostile));
  CHECK(page.chromium.evaluate("document.images.length") == 0);
  CHECK(page.chromium.evaluate("document.scripts.length") == 1);
  CHECK(page.chromium.evaluate("typeof window.hit") == "undefined");
  // Nor would it run if it were one.
  CHECK(page.chromium.evaluate("(() => { const s = document.createElement("
                               "'script'); s.textContent = 'window.hit = 1'; "
                               "document.body.append(s); return typeof "
                               "window.hit; })()")
        == "undefined");
}

TEST_CASE("the page asks for the token where one is wanted, and shows nothing "
          "before") {
  auto program = chromium();
  if (!program)
    return;
  http_site x{{"0123456789abcdef", false, {}}};
  shown_page page{*program, x};
  REQUIRE(page.chromium.await("!document.getElementById('ask').hidden"));
  CHECK_THAT(page.chromium.text(), !has_text("partitions run"));
  page.chromium.evaluate(
    "document.getElementById('token').value = '0123456789abcdef'; "
    "document.getElementById('ask').requestSubmit()");
  CHECK(page.await_text("1 of 1 partitions run"));
}

TEST_CASE(
  "each operation is a button that asks for a reason, and none is there "
  "while operations are off") {
  auto program = chromium();
  if (!program)
    return;
  http_site off;
  off.show(many_states());
  shown_page closed{*program, off};
  REQUIRE(closed.await_text("2 of 5 partitions run"));
  CHECK(
    closed.chromium.evaluate("document.querySelectorAll('td button').length")
    == 0);
  http_site x{{"", true, {}}};
  x.show(many_states());
  shown_page page{*program, x};
  REQUIRE(page.await_text("2 of 5 partitions run"));
  const std::string row = "document.querySelector('tr[data-partition=\"";
  auto click = [&](const std::string& kind, const std::string& partition,
                   const std::string& more = "0") {
    page.chromium.evaluate(row + partition + "\"] button[data-kind=" + kind
                           + "]').click(); document.querySelector('#act-reason "
                             "input').value = 'why'; "
                           + more
                           + "; document.getElementById('act-do').click()");
    return page.chromium.await("!document.getElementById('act').open");
  };
  CHECK(click("pause", "orders/0"));
  CHECK(click("resume", "orders/4"));
  CHECK(click("restart", "orders/2"));
  CHECK(click("move", "orders/1",
              "document.querySelector('#act-to input').value = '7'"));
  CHECK(click("dispose", "orders/3"));
  auto asked = x.asked();
  REQUIRE(asked.size() == 5);
  CHECK(std::get<pause_partitions>(asked[0].what).reason == "why");
  CHECK(std::get<resume_partitions>(asked[1].what).partition == 4);
  CHECK(std::get<restart_worker>(asked[2].what).partition == 2);
  CHECK(std::get<move_partition>(asked[3].what).to.value == 7);
  auto& dispose = std::get<dispose_record>(asked[4].what);
  CHECK(dispose.offset == 100);
  CHECK(dispose.step == failure_step::dead_letter);
  // Without a reason nothing is asked for.
  page.chromium.evaluate(row
                         + "orders/0\"] button[data-kind=pause]').click(); "
                           "document.getElementById('act-do').click()");
  CHECK(page.chromium.evaluate("document.getElementById('act').open") == true);
  CHECK(x.asked().size() == 5);
}

TEST_CASE("the record is shown before a dispose, as text and no markup") {
  auto program = chromium();
  if (!program)
    return;
  http_site x{{"", true, {}}};
  x.show(many_states());
  record_excerpt shown;
  shown.offset = 100;
  shown.failures = 3;
  shown.key = {false, 2, "k1"};
  shown.value = {false, 9'000, "<img src=x onerror=\"window.hit=1\">\x01"};
  shown.headers.push_back({"<b>", {}});
  shown.header_count = 2;
  x.show_record(shown);
  shown_page page{*program, x};
  REQUIRE(page.await_text("2 of 5 partitions run"));
  page.chromium.evaluate("document.querySelector('tr[data-partition=\"orders/"
                         "3\"] button[data-kind=dispose]').click()");
  CHECK(page.await_text("<img src=x onerror=\"window.hit=1\">\\x01 … (9,000 "
                        "bytes)"));
  CHECK(page.await_text("100, failed 3 times"));
  CHECK(page.await_text("and 1 more headers"));
  CHECK(page.chromium.evaluate("document.images.length") == 0);
  CHECK(page.chromium.evaluate("typeof window.hit") == "undefined");
  auto asked = x.shown_records();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].group == "orders");
  CHECK(asked[0].of == topic_partition{"orders", 3});
  CHECK(x.asked().empty());
}

TEST_CASE("what became of an operation stands on the page") {
  auto program = chromium();
  if (!program)
    return;
  http_site x{{"", true, {}}};
  x.show(many_states());
  shown_page page{*program, x};
  REQUIRE(page.await_text("2 of 5 partitions run"));
  const std::string pause
    = "document.querySelector('tr[data-partition=\"orders/0\"] "
      "button[data-kind=pause]').click(); "
      "document.querySelector('#act-reason input').value = 'why'; "
      "document.querySelector('#act-who input').value = 'ann'; "
      "document.getElementById('act-do').click()";
  page.chromium.evaluate(pause);
  CHECK(page.await_text("pause orders/0: it is done"));
  x.reply({operation_result::not_held, "this member does not hold it", -1});
  page.chromium.evaluate(pause);
  CHECK(page.await_text("not_held: this member does not hold it"));
  auto asked = x.asked();
  REQUIRE_FALSE(asked.empty());
  CHECK(std::get<pause_partitions>(asked[0].what).who == "ann");
}

TEST_CASE("a button that is pressed while the page changes is the one that is "
          "released") {
  auto program = chromium();
  if (!program)
    return;
  http_site x{{"", true, {}}};
  x.show(many_states());
  shown_page page{*program, x};
  REQUIRE(page.await_text("2 of 5 partitions run"));
  page.chromium.evaluate("window.pressed = document.querySelector('tr["
                         "data-partition=\"orders/0\"] button'); "
                         "window.pressed.focus()");
  auto next = many_states();
  next.groups[0].status->partitions[0].watermark = 4'711;
  x.show(next);
  REQUIRE(page.await_text("4,711"));
  CHECK(page.chromium.evaluate("window.pressed.isConnected") == true);
  CHECK(page.chromium.evaluate("document.activeElement === window.pressed")
        == true);
}

TEST_CASE("at 1280 pixels all columns are seen, and no row is higher than what "
          "it says") {
  auto program = chromium();
  if (!program)
    return;
  http_site x{{"", true, {}}};
  x.show(many_states());
  shown_page page{*program, x};
  page.chromium.size(1'280, 800, false);
  REQUIRE(page.await_text("2 of 5 partitions run"));
  CHECK(page.chromium.evaluate("(() => { const x = document.querySelector("
                               "'.wide'); return x.scrollWidth <= "
                               "x.clientWidth; })()")
        == true);
  auto heights = page.chromium.evaluate(
    "[...document.querySelectorAll('tr[data-partition]')].map(x => "
    "x.offsetHeight)");
  REQUIRE(heights.is_array());
  for (auto& height : heights) // one line, with its buttons
    CHECK(height.get<int>() <= 40);
}

TEST_CASE("of many partitions the page shows the first, and all when it is "
          "told to") {
  auto program = chromium();
  if (!program)
    return;
  std::vector<partition_status> all;
  for (partition_t i = 0; i < 500; ++i)
    all.push_back(i == 499 ? failing_partition("orders", i)
                           : running_partition("orders", i));
  http_site x;
  x.show(snapshot_of({test::seen_group(all)}));
  shown_page page{*program, x};
  REQUIRE(page.await_text("499 of 500 partitions run; orders/499 fails"));
  const std::string rows
    = "document.querySelectorAll('tr[data-partition]').length";
  CHECK(page.chromium.evaluate(rows) == 20);
  CHECK(page.chromium.evaluate(
          "document.querySelector('tr[data-partition]').dataset.partition")
        == "orders/499");
  page.chromium.evaluate("document.querySelector('button.more').click()");
  CHECK(page.chromium.evaluate(rows) == 500);
}

TEST_CASE("the page is not wider than a phone, and dark in the dark") {
  auto program = chromium();
  if (!program)
    return;
  http_site x;
  x.show(many_states());
  shown_page page{*program, x};
  page.chromium.size(360, 780, true);
  REQUIRE(page.await_text("2 of 5 partitions run"));
  CHECK(page.chromium.evaluate("document.documentElement.scrollWidth <= 360")
        == true);
  CHECK(
    page.chromium.evaluate("getComputedStyle(document.body).backgroundColor")
    == "rgb(19, 20, 23)");
}
