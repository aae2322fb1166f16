#include "program/program.hpp"

#include "io/file_limit.hpp"
#include "io/notes.hpp"
#include "io/standard_files.hpp"

#include <cafka/group.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace cafka::app {

namespace {

/// CLI11's own codes start at 100; ours are documented.
exit_code refuse(const CLI::App& program, const CLI::ParseError& x) {
  std::ostringstream out;
  std::ostringstream err;
  auto code = program.exit(x, out, err);
  std::fputs(out.str().c_str(), stdout);
  if (auto text = err.str(); !text.empty())
    io::print_text(text);
  return code == 0 ? exit_code::ok : exit_code::usage;
}

exit_code run_guarded(const std::function<exit_code()>& body) {
  try {
    // Who reads our output may go away, and a file may reach a limit: that is
    // an error of a write, and no end without a word.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    io::raise_file_limit();
    init_types();
    auto result = body();
    if (std::fflush(stdout) != 0)
      throw std::runtime_error{"standard output cannot be written"};
    return result;
  } catch (const std::exception& x) {
    io::print_note(std::string{"cafka: "} + x.what());
    return exit_code::check_failed;
  }
}

} // namespace

int run_program(const std::function<exit_code()>& body) {
  if (!io::open_standard_files())
    return static_cast<int>(exit_code::usage); // and nobody can be told
  auto result = run_guarded(body);
  io::await_printed();
  return static_cast<int>(result);
}

exit_code parse(CLI::App& program, int argc, char** argv,
                const exit_code& result) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    return refuse(program, x);
  }
  return result;
}

} // namespace cafka::app
