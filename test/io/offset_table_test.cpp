#include "io/offset_table.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::io;
using cafka::test::has_text;

TEST_CASE("offsets are a table with aligned columns") {
  offset_row hidden{"readers", {"orders", 1}, {}, {}};
  hidden.committed_is_known = false;
  CHECK(table_of({{"readers", {"orders", 0}, 5, offset_range{0, 120}},
                  hidden,
                  {"r", {"long-topic", 10}, std::nullopt, offset_range{0, 7}}})
        == "GROUP    TOPIC       PARTITION  COMMITTED  END  LAG  MARK\n"
           "readers  orders              0          5  120  115\n"
           "readers  orders              1          ?    ?    ?\n"
           "r        long-topic         10          -    7    -\n");
}

TEST_CASE("lag counts what the log still holds, and is never below 0") {
  auto row = [](offset_t committed, offset_range in_log) {
    return offset_row{"r", {"t", 0}, committed, in_log};
  };
  CHECK(row(10, {0, 100}).lag() == 90);
  CHECK(row(10, {10, 100}).mark().empty());
  CHECK(row(100, {10, 100}).mark().empty());
  auto deleted = row(10, {100, 100});
  CHECK(deleted.lag() == 0);
  CHECK(deleted.mark() == "below the start");
  CHECK(row(10, {40, 100}).lag() == 60);
  auto truncated = row(500, {0, 10});
  CHECK(truncated.lag() == 0);
  CHECK(truncated.mark() == "beyond the end");
  auto table = table_of({deleted, truncated});
  CHECK_THAT(table, has_text(" 10  100    0  below the start, 100\n"));
  CHECK_THAT(table, has_text("500   10    0  beyond the end\n"));
  CHECK_THAT(
    json_of({truncated}),
    has_text(R"("start":0,"end":10,"lag":0,"mark":"beyond the end"})"));
}

TEST_CASE("offsets are JSON with null for what there is not") {
  CHECK(json_of({{"r", {"t", 1}, std::nullopt, offset_range{2, 7}}})
        == R"([{"group":"r","topic":"t","partition":1,"committed":null,)"
           R"("committed_is_known":true,"start":2,"end":7,"lag":null,)"
           R"("mark":null}])"
           "\n");
}

TEST_CASE("a row of offsets stays a row, whatever the group is named") {
  CHECK(table_of({{"two\nlines and blanks", {"t", 0}, 5, offset_range{0, 6}}})
        == "GROUP                    TOPIC  PARTITION  COMMITTED  END  LAG  "
           "MARK\n"
           "\"two\\nlines and blanks\"  t              0          5    6    "
           "1\n");
}
