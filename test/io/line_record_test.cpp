#include "io/line_record.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::io;
using namespace std::string_literals;

namespace {

bool is(const line_record& x, optional_bytes key, optional_bytes value) {
  return x.key == key && x.value == value;
}

} // namespace

TEST_CASE("a line is a value, with a key from a field or before a separator") {
  line_rule rule;
  CHECK(is(record_of("a:b", rule), std::nullopt, "a:b"));
  CHECK(is(record_of("", rule), std::nullopt, ""));
  rule.separator = ":";
  CHECK(is(record_of("a:b:c", rule), "a", "b:c"));
  CHECK(is(record_of(":b", rule), "", "b"));
  CHECK(is(record_of("a:", rule), "a", ""));
  CHECK(is(record_of("ab", rule), std::nullopt, "ab"));
  rule.key_field = 2;
  CHECK(is(record_of("a b c", rule), "b", "a b c"));
  CHECK(is(record_of("a", rule), std::nullopt, "a"));
}

TEST_CASE("the null marker as a key, a value or a header's value is null") {
  line_rule rule;
  rule.separator = ":";
  rule.headers = {{"a", "NULL"}, {"NULL", "b"}};
  CHECK(is(record_of("k:NULL", rule), "k", "NULL"));
  CHECK(headers_of(rule)[0].value == "NULL");
  rule.null_marker = "NULL";
  CHECK(is(record_of("k:NULL", rule), "k", std::nullopt));
  CHECK(is(record_of("NULL:v", rule), std::nullopt, "v"));
  CHECK(is(record_of("NULL", rule), std::nullopt, std::nullopt));
  CHECK(is(record_of("k:NULLS", rule), "k", "NULLS"));
  CHECK(is(record_of("k:", rule), "k", ""));
  CHECK(headers_of(rule)[0].value == std::nullopt);
  CHECK(headers_of(rule)[1].name == "NULL");
  rule.null_marker = "";
  CHECK(is(record_of("k:", rule), "k", std::nullopt));
}

TEST_CASE("a separator may have escapes, and others are refused") {
  CHECK(unescaped("") == "");
  CHECK(unescaped("::") == "::");
  CHECK(unescaped("\\t") == "\t");
  CHECK(unescaped("\t") == "\t");
  CHECK(unescaped("a\\0b") == "a\0b"s);
  CHECK(unescaped("\\\\t") == "\\t");
  CHECK_FALSE(unescaped("\\n"));
  CHECK_FALSE(unescaped("\\"));
}
