#include "core/time_text.hpp"

#include "support/catch.hpp"

using namespace cafka::core;

TEST_CASE("a time is read as in RFC 3339, without a zone in UTC") {
  constexpr std::int64_t noon = 1'795'957'509'000; // 2026-11-29T13:05:09Z
  CHECK(parse_time("2026-11-29T13:05:09Z") == noon);
  CHECK(parse_time("2026-11-29t13:05:09z") == noon);
  CHECK(parse_time("2026-11-29 13:05:09") == noon);
  CHECK(parse_time("2026-11-29T14:35:09+01:30") == noon);
  CHECK(parse_time("2026-11-29T08:05:09-05:00") == noon);
  CHECK(parse_time("2026-11-29T13:05:09.25Z") == noon + 250);
  CHECK(parse_time("2026-11-29T13:05:09.123456Z") == noon + 123);
  CHECK(parse_time("2026-11-29T13:05") == noon - 9'000);
  CHECK(parse_time("2026-11-29") == noon - (13 * 3'600 + 5 * 60 + 9) * 1'000);
  CHECK(parse_time("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_time("2024-02-29") == 1'709'164'800'000);
}

TEST_CASE("what is no time is not read as one") {
  for (auto* x : {"",
                  "now",
                  "12",
                  "2026",
                  "2026-13-01",
                  "2026-02-29",
                  "2026-1-1",
                  "2026-11-29T",
                  "2026-11-29T24:00",
                  "2026-11-29T13:60",
                  "2026-11-29T13:05:60",
                  "2026-11-29T13:05:09.",
                  "2026-11-29T13:05:09X",
                  "2026-11-29T13:05:09+1",
                  "2026-11-29T13:05:09Z ",
                  " 2026-11-29",
                  "1969-12-31",
                  "2026-11-29T13",
                  "-026-11-29",
                  "2026-11-29Zx"}) {
    INFO(x);
    CHECK_FALSE(parse_time(x));
  }
}
