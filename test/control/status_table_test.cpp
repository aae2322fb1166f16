#include "control/status_table.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::control;
using namespace cafka::test;

namespace {

partition_view running(partition_t i) {
  partition_view result;
  result.tp = {"orders", i};
  result.state = "running";
  result.health = "healthy";
  result.lag = 50;
  result.progress_ms = 1'000;
  result.committed = 90;
  result.watermark = 100;
  result.end = 150;
  result.window = 20;
  return result;
}

partition_view failing(partition_t i) {
  auto result = running(i);
  result.state = "backoff";
  result.health = "failing";
  result.why = "offset 100 failed\x1b[2J 3 times";
  result.failing_offset = 100;
  result.next_try_ms = 12'000;
  return result;
}

status_view one_group(std::vector<partition_view> partitions) {
  status_view result;
  auto& group = result.groups.emplace_back();
  group.name = "orders";
  group.group = "order-readers";
  group.state = "running";
  group.connected = true;
  group.rebalances = 1;
  group.partitions = std::move(partitions);
  return result;
}

} // namespace

TEST_CASE("a table has a line for each partition, below how its group is") {
  auto x = table_of(one_group({failing(3), running(10)}), {});
  REQUIRE(x.size() == 4);
  CHECK_THAT(x[0], has_text("orders (order-readers): 1 of 2 partitions run; "
                            "orders/3 fails at 100"));
  CHECK(x[1]
        == "PARTITION  STATE    NEXT TRY  LAG  PROGRESS  COMMITTED  WATERMARK  "
           "END  WINDOW  CALL  RESTARTS  WHY");
  CHECK(x[2]
        == "orders/3   backoff      12 s   50       1 s         90        100  "
           "150      20     -         0  offset 100 failed\\x1b[2J 3 times");
  CHECK(x[3]
        == "orders/10  running         -   50       1 s         90        100  "
           "150      20     -         0");
}

TEST_CASE("pauses stand below the sentence, with who and why") {
  auto x = one_group({running(0)});
  x.groups[0].pauses = {{"orders", 9, "ann", "audit"}, {"", {}, "", ""}};
  auto lines = table_of(x, {});
  REQUIRE(lines.size() == 5);
  CHECK(lines[1] == "paused: orders/9 by ann: audit");
  CHECK(lines[2] == "paused: all partitions");
}

TEST_CASE(
  "a table takes no more lines and columns than there are, and says how "
  "much it leaves out") {
  std::vector<partition_view> all{failing(499)};
  for (partition_t i = 0; i < 499; ++i)
    all.push_back(running(i));
  auto x = table_of(one_group(all), {10, 60, false});
  REQUIRE(x.size() == 10);
  CHECK(x[2].starts_with("orders/499"));
  CHECK(x.back() == "and 493 more");
  for (auto& line : x)
    CHECK(line.size() <= 60);
}

TEST_CASE("each of several groups is seen, however little room there is") {
  status_view all;
  for (int i = 0; i < 3; ++i)
    all.groups.push_back(one_group({running(0), running(1)}).groups[0]);
  CHECK(table_of(all, {5, 0, false}).size() == 5);
  auto x = table_of(all, {12, 0, false});
  CHECK(x.size() == 12);
  CHECK(
    std::ranges::count_if(
      x, [](auto& line) { return line.starts_with("orders (order-readers)"); })
    == 3);
}

TEST_CASE("colours stand for what is wrong and what is paused, where they are "
          "wanted") {
  auto paused = running(4);
  paused.paused = true;
  auto x = one_group({failing(3), paused, running(0)});
  auto lines = table_of(x, {0, 0, true});
  CHECK(lines[0].starts_with("\033[31m"));
  CHECK(lines[2].starts_with("\033[31m"));
  CHECK(lines[3].starts_with("\033[33m"));
  CHECK(lines[4].starts_with("orders/0"));
  for (auto& line : table_of(x, {}))
    CHECK(line.find('\033') == std::string::npos);
}

TEST_CASE("without a group that is said") {
  CHECK(table_of({}, {}) == std::vector<std::string>{"no group runs"});
}

TEST_CASE("a line is cut behind a character and not within one") {
  CHECK(cut_line("a\xc3\xa9z", 2) == "a\xc3\xa9");
  CHECK(cut_line("abc", 3) == "abc");
  CHECK(cut_line("abc", 0) == "abc");
}
