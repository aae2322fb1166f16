#include "http/record_document.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::http;
using nlohmann::json;

namespace {

/// What is wrong with it; empty: nothing.
std::string error_of(std::map<std::string, std::string> parameters) {
  request x;
  x.parameters = std::move(parameters);
  std::string wrong;
  auto is_read = read_question(x, wrong).has_value();
  CHECK(is_read == wrong.empty());
  return wrong;
}

} // namespace

TEST_CASE("whose record is asked for is told by a group, a topic and a "
          "partition") {
  request x;
  x.parameters = {{"group", "orders"}, {"topic", "t"}, {"partition", "3"}};
  std::string wrong;
  auto read = read_question(x, wrong);
  REQUIRE(read);
  CHECK(read->group == "orders");
  CHECK(read->of == topic_partition{"t", 3});
  CHECK(error_of({}) == "group: the name of a group");
  CHECK(error_of({{"group", "g"}}) == "topic: the name of a topic");
  for (auto* number : {"", "-1", "x", "1x", "99999999999"})
    CHECK(error_of({{"group", "g"}, {"topic", "t"}, {"partition", number}})
          == "partition: a whole number from 0");
}

TEST_CASE("a record is shown as text that moves no cursor, with what is left "
          "out") {
  record_excerpt x;
  x.offset = 4'711;
  x.failures = 3;
  x.timestamp_ms = 1'700;
  x.value = {false, 9'000, "a\x1b[2J\n\xff</script>"};
  x.headers.push_back({"h\x01", {false, 1, "1"}});
  x.headers.push_back({"n", {}});
  x.header_count = 5;
  auto answer = answer_of(x);
  CHECK(answer.status == 200);
  auto document = json::parse(answer.body);
  CHECK(document["offset"] == 4'711);
  CHECK(document["failures"] == 3);
  CHECK(document["timestamp"] == 1'700);
  CHECK(document["key"].is_null());
  CHECK(document["value"]["text"] == "a\\x1b[2J\\n\\xff</script>");
  CHECK(document["value"]["bytes"] == 9'000);
  CHECK(document["value"]["cut"] == true);
  CHECK(document["headers"][0]["name"] == "h\\x01");
  CHECK(document["headers"][0]["value"]["cut"] == false);
  CHECK(document["headers"][1]["value"].is_null());
  CHECK(document["headers_left_out"] == 3);
}

TEST_CASE("where there is no record the answer says why") {
  record_excerpt x;
  x.text = "this member does not hold t/7";
  auto answer = answer_of(x);
  CHECK(answer.status == 404);
  CHECK(json::parse(answer.body)["text"] == x.text);
}
