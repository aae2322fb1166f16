#include "control/record_text.hpp"

#include "http/record_document.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::control;

TEST_CASE("a record stands in lines, as the server tells it") {
  record_excerpt x;
  x.offset = 4'711;
  x.failures = 3;
  x.timestamp_ms = 1'764'421'509'250;
  x.key = {false, 2, "k1"};
  x.value = {false, 9'000, "a\x1b[2J\n"};
  x.headers.push_back({"trace", {false, 1, "9"}});
  x.headers.push_back({"empty", {}});
  x.header_count = 3;
  CHECK(record_text(http::answer_of(x).body)
        == "offset     4711\n"
           "failures   3\n"
           "timestamp  2025-11-29T13:05:09Z\n"
           "key        k1 (2 bytes)\n"
           "header     trace: 9 (1 bytes)\n"
           "header     empty: null\n"
           "and 1 more headers\n"
           "value      a\\x1b[2J\\n … (9000 bytes)\n");
}

TEST_CASE("what is no record is not shown as one") {
  for (auto* text : {"", "{}", "[]", R"({"offset":"x"})"})
    CHECK(record_text(text).empty());
}
