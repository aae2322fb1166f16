#include "app/commands.hpp"
#include "app/stop_signal.hpp"

#include <cafka/group.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <exception>

namespace {

using cafka::app::exit_code;

/// CLI11's own codes start at 100; ours are documented.
exit_code refuse(const CLI::App& program, const CLI::ParseError& x) {
  return program.exit(x) == 0 ? exit_code::ok : exit_code::usage;
}

exit_code run(int argc, char** argv) {
  auto result = exit_code::ok;
  CLI::App program{"Kafka consumer groups as supervised actors", "cafka"};
  program.require_subcommand(1);
  cafka::app::add_demo(program, result);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& x) {
    return refuse(program, x);
  }
  return result;
}

} // namespace

int main(int argc, char** argv) {
  try {
    cafka::init_types();
    cafka::app::catch_stop_signals();
    return static_cast<int>(run(argc, argv));
  } catch (const std::exception& x) {
    fmt::print(stderr, "cafka: {}\n", x.what());
    return static_cast<int>(exit_code::check_failed);
  }
}
