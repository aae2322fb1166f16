#include "io/record_json.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::io;
using namespace std::string_literals;

namespace {

std::string line_of(const record_block::builder& x,
                    bytes_form form = bytes_form::text) {
  auto copy = x;
  auto block = copy.finish();
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", "orders", 3, {1}});
  std::string result;
  add_json_line(result, record{*block, 0, 1, identity}, form);
  return result;
}

} // namespace

TEST_CASE("a record is one line of JSON with all that it holds") {
  record_block::builder x;
  x.add(7, "k", "v \"1\"\n", 1700000000123, timestamp_type::create_time);
  x.add_header("a", "1");
  x.add_header("a", std::nullopt);
  CHECK(line_of(x)
        == R"({"topic":"orders","partition":3,"offset":7,)"
           R"("timestamp":1700000000123,"key":"k","value":"v \"1\"\n",)"
           R"("headers":[{"name":"a","value":"1"},)"
           R"({"name":"a","value":null}]})"
           "\n");
}

TEST_CASE("null differs from empty in JSON, and no time is null") {
  record_block::builder x;
  x.add(0, std::nullopt, "");
  CHECK(line_of(x)
        == R"({"topic":"orders","partition":3,"offset":0,"timestamp":null,)"
           R"("key":null,"value":"","headers":[]})"
           "\n");
}

TEST_CASE("bytes that are no UTF-8 stand in base64 under another name") {
  record_block::builder x;
  x.add(0, "\xff\xfe"s, "gr\xc3\xbc\xc3\x9f"s, 1);
  x.add_header("h\xe9", "\x80"s);
  CHECK(line_of(x)
        == R"({"topic":"orders","partition":3,"offset":0,"timestamp":1,)"
           R"("key_base64":"//4=","value":"grüß",)"
           R"("headers":[{"name_base64":"aOk=","value_base64":"gA=="}]})"
           "\n");
}

TEST_CASE("all bytes stand in base64 when that is asked for") {
  record_block::builder x;
  x.add(0, std::nullopt, "abc", 1);
  x.add_header("a", "");
  CHECK(line_of(x, bytes_form::base64)
        == R"({"topic":"orders","partition":3,"offset":0,"timestamp":1,)"
           R"("key":null,"value_base64":"YWJj",)"
           R"("headers":[{"name":"a","value_base64":""}]})"
           "\n");
}

TEST_CASE("bytes that are no UTF-8 become text that says so") {
  CHECK(utf8_of("gr\xc3\xbc\xc3\x9f\n") == "gr\xc3\xbc\xc3\x9f\n");
  CHECK(utf8_of("a\xff") == "a\xef\xbf\xbd");
  CHECK(json_text("a\xff\n") == "\"a\xef\xbf\xbd\\n\"");
}
