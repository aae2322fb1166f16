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
