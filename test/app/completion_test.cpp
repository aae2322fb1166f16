#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <string>

using namespace cafka::test;

namespace {

const std::string completions = CAFKA_CONFIG_DIRECTORY "/completions/";

/// What bash would offer for the last of the words behind the program, a line
/// each.
std::string offered(const std::string& words) {
  auto script = "source " + completions + "cafka.bash; COMP_WORDS=("
                + CAFKA_PROGRAM + " " + words
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cafka; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"";
  app_process bash{{"/bin/bash", "-c", script}};
  INFO(bash.err());
  CHECK(bash.wait() == 0);
  return bash.out();
}

} // namespace

TEST_CASE("bash completes commands, options and their values") {
  CHECK(offered("ch") == "check\n");
  CHECK(has(offered("''"), "run\n"));
  CHECK(has(offered("''"), "dead-letters\n"));
  CHECK(offered("run --log-f") == "--log-format\n");
  CHECK(has(offered("run --"), "--embedded\n"));
  CHECK(offered("run --log-format ''") == "text\njson\nlogfmt\n");
  CHECK(offered("run --log-format j") == "json\n");
  CHECK(offered("run a.conf ''") == "\n"); // files, by bash itself
}
