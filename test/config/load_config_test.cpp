#include "support/catch.hpp"
#include "support/scratch_directory.hpp"

#include <cafka/config_file.hpp>
#include <cafka/errors.hpp>

using namespace cafka;
using cafka::test::scratch_directory;

namespace {

/// A directory of its own, gone with the test.
constexpr auto rules = " (one key = value per line, texts in quotes, "
                       "dictionaries in braces, no comments)";

std::string failure_of(const std::string& path) {
  auto x = load_config(path);
  REQUIRE(!x);
  CHECK(code_of(x.error()) == errc::invalid_config);
  return text_of(x.error());
}

} // namespace

TEST_CASE("a config file is read into what read_config takes") {
  scratch_directory dir;
  auto x
    = load_config(dir.write("some.conf", "cafka {\n  batch-size = 7\n}\n"));
  REQUIRE(x);
  CHECK(caf::get_or(*x, "cafka.batch-size", std::int64_t{0}) == 7);
}

TEST_CASE("a config file that is not there is named") {
  scratch_directory dir;
  auto path = dir.path("none.conf");
  CHECK(failure_of(path)
        == "cannot read " + path + ": No such file or directory");
}

TEST_CASE("a directory in place of a config file is named") {
  scratch_directory dir;
  CHECK(failure_of(dir.path())
        == "cannot read " + dir.path() + ": Is a directory");
}

TEST_CASE("a config file that cannot be read is named") {
  // Opens for everybody, reads for nobody: its first page is not mapped.
  std::string path = "/proc/self/mem";
  CHECK(failure_of(path) == "cannot read " + path + ": Input/output error");
}

TEST_CASE("a file that is larger than a config file is named") {
  scratch_directory dir;
  std::string words = " is larger than a config file: more than 1000000 bytes";
  CHECK(failure_of("/dev/zero") == "/dev/zero" + words);
  auto most = "a = 1\n" + std::string(999'994, ' ');
  CHECK(load_config(dir.write("some.conf", most)));
  auto path = dir.write("some.conf", most + " ");
  CHECK(failure_of(path) == path + words);
}

TEST_CASE("a syntax error is told with its line and column") {
  scratch_directory dir;
  auto path = dir.write("some.conf", "cafka {\n  group == 1\n}\n");
  CHECK(failure_of(path)
        == path + ": line 2, column 11: unexpected character" + rules);
  dir.write("some.conf", "cafka {\n  group = \"a\n}\n");
  CHECK(failure_of(path)
        == path + ": line 3, column 1: unexpected newline" + rules);
}

TEST_CASE("a dictionary that is not closed is an error and not dropped") {
  scratch_directory dir;
  auto path = dir.write("some.conf", "cafka {\n  group = \"a\"\n");
  CHECK(failure_of(path)
        == path + ": the closing brace of a dictionary is missing" + rules);
}

TEST_CASE(
  "nesting that CAF's parser would not survive is refused by its place") {
  scratch_directory dir;
  auto nested = [](std::size_t levels) {
    std::string result = "a";
    for (std::size_t i = 1; i < levels; ++i)
      result += " {\n b";
    return result + " = 1" + std::string(levels - 1, '}') + "\n";
  };
  auto lists = [](std::size_t levels) {
    return "a = " + std::string(levels, '[') + std::string(levels, ']') + "\n";
  };
  auto words = std::string{": nested deeper than 64 braces, brackets and dots"};
  auto path = dir.write("some.conf", nested(65));
  CHECK(load_config(path));
  dir.write("some.conf", nested(20'000));
  CHECK(failure_of(path) == path + ": line 65, column 4" + words);
  dir.write("some.conf", lists(64));
  CHECK(load_config(path));
  dir.write("some.conf", lists(20'000));
  CHECK(failure_of(path) == path + ": line 1, column 69" + words);
  // A section of CAF 0.17, a key of 1.1: each dot is a dictionary.
  for (std::string begin : {"[a", "a"}) {
    for (auto i = 0; i < 20'000; ++i)
      begin += ".a";
    dir.write("some.conf", begin + "] = 1\n");
    CHECK(failure_of(path).find(words) != std::string::npos);
  }
}

TEST_CASE("what stands in texts and comments is not nested") {
  scratch_directory dir;
  auto braces = std::string(1'000, '{');
  auto path = dir.write("some.conf", "a = \"" + braces + "\\\"" + braces
                                       + "\"\nb = [\"[\", \"[\"]\n");
  CHECK(load_config(path));
  // A comment of one version is a syntax error of the other.
  for (std::string begin : {";", "#"}) {
    dir.write("some.conf", begin + braces + "\na = 1\n");
    auto x = load_config(path);
    CHECK((x || text_of(x.error()).find("nested") == std::string::npos));
  }
  // No comment, but a part of a URI: what follows counts.
  dir.write("some.conf", "a = [<b:c#d>, " + std::string(1'000, '[') + "\n");
  CHECK(failure_of(path).find("column 78: nested") != std::string::npos);
}

TEST_CASE("a key that stands twice is named with both of its lines") {
  scratch_directory dir;
  auto rule = std::string{"; of two CAF keeps one, so each key and each "
                          "dictionary stands once"};
  auto path = dir.write("some.conf", "cafka {\n"
                                     "  groups {\n"
                                     "    orders {\n"
                                     "      group = \"a\"\n"
                                     "      topics = [\"a\", \"b\"]\n"
                                     "      batch-size = 1\n"
                                     "      batch-size = 2\n"
                                     "    }\n"
                                     "    bills {\n"
                                     "      batch-size = 1\n"
                                     "    }\n"
                                     "    orders {\n"
                                     "    }\n"
                                     "  }\n"
                                     "}\n");
  CHECK(failure_of(path)
        == path
             + ": line 7: cafka.groups.orders.batch-size stands in line 6 "
               "already; line 12: cafka.groups.orders stands in line 3 already"
             + rule);
  dir.write("some.conf", "cafka { name = \"a\", group = \"b\", name = \"c\" }\n"
                         "cafka {\n  group = \"d\"\n}\n");
  CHECK(failure_of(path)
        == path
             + ": line 1: cafka.name stands in line 1 already; line 2: cafka "
               "stands in line 1 already; line 3: cafka.group stands in line 1 "
               "already"
             + rule);
}

TEST_CASE("what stands in several dictionaries, lists or texts is not twice") {
  scratch_directory dir;
  CHECK(load_config(dir.write("some.conf", R"(
    a {
      x = 1
      list = [ { x = 1, y = -2.5 }, { x = [ { x = 1 } ] } ]
      b { x = 5s }
      c = { x = "x = 1" } 
    }
    x = true
    b { x = 10min }
    )")));
}
