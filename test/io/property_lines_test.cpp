#include "io/property_lines.hpp"

#include "support/catch.hpp"

using cafka::io::parse_properties;
using properties = std::map<std::string, std::string>;

TEST_CASE("a properties file is name=value lines, comments and blank lines") {
  auto x = parse_properties("# comment\n! another\n\n"
                            "  client.id = a b \r\n"
                            "sasl.password=x=y=\n"
                            "empty=\n"
                            "twice=1\ntwice=2");
  CHECK(x.errors.empty());
  CHECK(x.values
        == properties{{"client.id", "a b"},
                      {"empty", ""},
                      {"sasl.password", "x=y="},
                      {"twice", "2"}});
  CHECK(parse_properties("").values.empty());
}

TEST_CASE("lines that are no properties are named by their numbers alone") {
  auto x = parse_properties("secret\na=1\n=2\n");
  CHECK(x.values == properties{{"a", "1"}});
  CHECK(x.errors
        == std::vector<std::string>{"line 1: not name=value",
                                    "line 3: not name=value"});
}
