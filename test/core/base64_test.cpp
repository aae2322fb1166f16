#include "core/base64.hpp"

#include "support/catch.hpp"

using namespace cafka::core;
using namespace std::string_literals;

TEST_CASE("base64 is that of RFC 4648, section 10") {
  CHECK(base64_of("") == "");
  CHECK(base64_of("f") == "Zg==");
  CHECK(base64_of("fo") == "Zm8=");
  CHECK(base64_of("foo") == "Zm9v");
  CHECK(base64_of("foob") == "Zm9vYg==");
  CHECK(base64_of("fooba") == "Zm9vYmE=");
  CHECK(base64_of("foobar") == "Zm9vYmFy");
  CHECK(base64_of("\x00\xff\xbf"s) == "AP+/");
}

TEST_CASE("base64 is read back, and what is none is refused") {
  for (auto& bytes : {""s, "f"s, "fo"s, "foo"s, "foob"s, "\0\xff\xfe"s})
    CHECK(bytes_of_base64(base64_of(bytes)) == bytes);
  for (auto* wrong :
       {"Z", "Zg", "Zg=", "Zg==Zg==", "====", "Z===", "Zm8!", "Zm9v\n", "=m9v"})
    CHECK_FALSE(bytes_of_base64(wrong));
}
