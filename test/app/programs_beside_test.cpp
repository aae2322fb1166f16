#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <filesystem>

using namespace cafka::test;
namespace fs = std::filesystem;

TEST_CASE("a word for a program that does not stand beside cafka names what is "
          "missing") {
  scratch_directory files;
  auto alone = files.path("cafka");
  std::error_code other_file_system;
  fs::create_hard_link(CAFKA_PROGRAM, alone, other_file_system);
  if (other_file_system)
    fs::copy_file(CAFKA_PROGRAM, alone);
  for (std::string word : {"demo", "bench-consumer"}) {
    app_process program{{alone, word}};
    CHECK(program.wait() == 2);
    CHECK(program.out().empty());
    CHECK(
      program.err()
      == "cafka " + word + ": " + files.path("cafka-" + word)
           + ": No such file or directory; cafka-" + word
           + " is a program of its own, which has to stand in the folder of "
             "this one\n");
  }
}

TEST_CASE("a word runs the program beside cafka with all its arguments") {
  auto help = run_program({"bench-consumer", "--help"});
  CHECK(help.code == 0);
  CHECK(help.out_has("BENCH_BROKERS"));
  auto wrong = run_program({"demo", "--seed", "x"});
  CHECK(wrong.code == 2);
  CHECK(wrong.err_has("--seed"));
}
