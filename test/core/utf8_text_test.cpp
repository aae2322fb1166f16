#include "core/utf8_text.hpp"

#include "support/catch.hpp"

using cafka::core::utf8_text;
using cafka::core::visible_text;

TEST_CASE("a text is cut before a character and not within one") {
  CHECK(utf8_text("abc", 3) == "abc");
  CHECK(utf8_text("abc", 2) == "ab");
  CHECK(utf8_text("a\xc3\xa9z", 4) == "a\xc3\xa9z");
  CHECK(utf8_text("a\xc3\xa9z", 2) == "a");
  CHECK(utf8_text("\xe2\x82\xac\xf0\x9f\x98\x80", 7)
        == "\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(utf8_text("\xe2\x82\xac\xf0\x9f\x98\x80", 6) == "\xe2\x82\xac");
  CHECK(utf8_text("abc", 0).empty());
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one") {
  const std::string bad = "\xef\xbf\xbd";
  CHECK(utf8_text("a\xffz", 10) == "a" + bad + "z");
  CHECK(utf8_text("\xc3", 10) == bad);           // a character cut short
  CHECK(utf8_text("\x80", 10) == bad);           // no beginning
  CHECK(utf8_text("\xc0\xaf", 10) == bad + bad); // longer than needed
  CHECK(utf8_text("\xed\xa0\x80", 10) == bad + bad + bad); // a surrogate
  CHECK(utf8_text("\xf4\x90\x80\x80", 20) == bad + bad + bad + bad);
  CHECK(utf8_text("a\xff", 3) == "a"); // the replacement has no room
}

TEST_CASE("a text for people shows control characters and bytes that are none "
          "of UTF-8 by their numbers") {
  CHECK(visible_text("a\xc3\xa9z") == "a\xc3\xa9z");
  CHECK(visible_text("a\nb\t\x1b[2J") == "a\\nb\\t\\x1b[2J");
  CHECK(visible_text("\xff\x80") == "\\xff\\x80");
  CHECK(visible_text("\xc2\x9b") == "\\xc2\\x9b"); // a control character, too
  CHECK(visible_text(std::string_view{"\0", 1}) == "\\x00");
}
