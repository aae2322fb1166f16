#include "core/text_field.hpp"

#include "support/catch.hpp"

using namespace cafka;

TEST_CASE("text in a line neither ends it nor moves a terminal's cursor") {
  CHECK(escaped("a b = \"c\"\\ gr\xc3\xbc\xc3\x9f") // as it is
        == "a b = \"c\"\\ gr\xc3\xbc\xc3\x9f");
  CHECK(escaped("a\nb\r\tc") == "a\\nb\\r\\tc");
  CHECK(escaped("\x1b[2J\x7f") == "\\x1b[2J\\x7f");
  CHECK(escaped("a\xc2\x9b"
                "2J\xc2\xa0") // U+009B is a control character, U+00A0 none
        == "a\\xc2\\x9b"
           "2J\xc2\xa0");
  // What is no UTF-8 may be a control character of another encoding.
  CHECK(escaped("\xc2") == "\\xc2");
  CHECK(escaped("a\xff\xc3\xbc") == "a\\xff\xc3\xbc");
}

TEST_CASE("a field of more than a word stands in quotes") {
  CHECK(field_value("order-readers/0") == "order-readers/0");
  CHECK(field_value("") == "\"\"");
  CHECK(field_value("a b") == "\"a b\"");
  CHECK(field_value("a=b") == "\"a=b\"");
  CHECK(field_value("a\nb") == "\"a\\nb\"");
  CHECK(field_value("a\"b\\") == "\"a\\\"b\\\\\"");
  CHECK(in_quotes("word") == "\"word\"");
}
