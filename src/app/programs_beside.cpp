#include "app/programs_beside.hpp"

#include "io/notes.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>

#include <unistd.h>

namespace cafka::app {

namespace {

constexpr std::array programs{
  program_beside{"demo", "cafka-demo",
                 "Replay a log through a supervised group in this process, let "
                 "workers and the coordinator die, and check that nothing is "
                 "lost"},
  program_beside{"bench-consumer", "cafka-bench-consumer",
                 "Count the records of a topic, to be measured beside other "
                 "clients"},
};

} // namespace

const program_beside* find_beside(std::string_view word) {
  auto i = std::find_if(programs.begin(), programs.end(),
                        [&](auto& x) { return x.word == word; });
  return i == programs.end() ? nullptr : &*i;
}

void add_beside(CLI::App& program) {
  for (auto& x : programs)
    program.add_subcommand(x.word, x.description);
}

exit_code run_beside(const program_beside& which, char** argv) {
  std::error_code none;
  auto own = std::filesystem::read_symlink("/proc/self/exe", none);
  auto path = (own.parent_path() / which.file).string();
  execv(path.c_str(), argv);
  io::print_note(
    fmt::format("cafka {}: {}: {}; {} is a program of its own, which has "
                "to stand in the folder of this one",
                which.word, path, std::strerror(errno), which.file));
  return exit_code::usage;
}

} // namespace cafka::app
