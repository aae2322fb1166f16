/// `cafka-demo`: a supervised group on the mock cluster, while things fail.

#include "api/stop_signal.hpp"
#include "core/text_field.hpp"
#include "demo/group.hpp"
#include "demo/put.hpp"
#include "demo/run.hpp"
#include "io/notes.hpp"
#include "io/standard_files.hpp"
#include "program/program.hpp"

#include <cafka/errors.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <map>
#include <memory>
#include <random>

namespace cafka::demo {

namespace {

using app::exit_code;
using app::exit_code_of_signal;

struct arguments {
  std::optional<std::string> input;
  std::optional<std::size_t> key_field;
  std::optional<std::uint64_t> seed;
  std::string sabotage;
};

const std::map<std::string, sabotage_kind> sabotages{
  {"skip-ack", sabotage_kind::skip_ack},
  {"early-commit", sabotage_kind::early_commit},
  {"lose-record", sabotage_kind::lose_record},
  {"reorder", sabotage_kind::reorder},
};

/// More fields than the longest line can have is a mistake.
constexpr std::size_t key_field_max = io::line_bytes_max;

constexpr auto footer = R"(
Lines are records, keyed by their subject: in a dpkg log the first field of the
form package:architecture, else the third field; with --key-field that field.
A line without it is its own key.

Exit codes:
  0    all checks are ok
  1    a check FAILED
  2    wrong arguments, or an input that cannot be read
  3    no progress for 30 s
  4    the group gave up
  129  stopped by SIGHUP
  130  stopped by SIGINT
  143  stopped by SIGTERM)";

std::vector<std::string>
names_of(const std::map<std::string, sabotage_kind>& xs) {
  std::vector<std::string> result;
  result.reserve(xs.size());
  for (auto& [name, kind] : xs)
    result.push_back(name);
  return result;
}

exit_code complain(const std::string& text) {
  io::print_note("cafka demo: " + text);
  return exit_code::usage;
}

void announce(const run_options& x) {
  put(fmt::format("replaying {} lines of {} with seed {}\n", x.scanned.lines,
                  escaped(x.from.name), x.seed));
  if (x.scanned.lines == 0)
    put("the input is empty: the group starts, finds nothing to handle, and "
        "stops\n");
  else if (x.scanned.whole_line_keys > 0)
    put(fmt::format("{} lines have no field for their key and are keyed by the "
                    "whole line\n",
                    x.scanned.whole_line_keys));
}

exit_code run_demo(const arguments& args) {
  if (!io::require_standard_output("cafka demo"))
    return exit_code::usage;
  catch_stop_signals();
  run_options options;
  auto from = choose_input(args.input);
  if (!from)
    return complain(text_of(from.error()));
  options.from = *from;
  if (args.key_field)
    options.keys = key_rule{*args.key_field};
  auto scanned = scan(options.from, options.keys, partition_count);
  if (stop_signal() != 0)
    return exit_code_of_signal();
  if (!scanned)
    return complain(text_of(scanned.error()));
  options.scanned = *scanned;
  if (!args.sabotage.empty())
    options.sabotage = sabotages.at(args.sabotage);
  if (!saboteur::can(options.sabotage, options.scanned.records))
    return complain("the input has too few records for this sabotage");
  options.seed = args.seed ? *args.seed : std::random_device{}();
  announce(options);
  auto result = run(options);
  if (auto failure = await_put(stop_limit); !failure.empty()) {
    io::print_note("cafka demo: standard output: " + failure);
    return result == exit_code::ok ? exit_code::check_failed : result;
  }
  return result;
}

void add_options(CLI::App& program, arguments& to) {
  program.add_option("--input", to.input,
                     "The log (default: /var/log/dpkg.log, or a sample where "
                     "there is none)");
  program
    .add_option("--key-field", to.key_field,
                "Which field of a line is its key, from 1")
    ->check(CLI::Range(std::size_t{1}, key_field_max));
  program.add_option("--seed", to.seed,
                     "What fails, and when (default: random)");
  program
    .add_option("--sabotage", to.sabotage,
                "Break the demo's own handler, to see a check fail")
    ->check(CLI::IsMember(names_of(sabotages)));
  program.footer(footer);
}

exit_code run_arguments(int argc, char** argv) {
  arguments args;
  auto result = exit_code::ok;
  CLI::App program{"Replay a log through a supervised group in this process, "
                   "let workers and the coordinator die, and check that "
                   "nothing is lost",
                   "cafka demo"};
  add_options(program, args);
  program.callback([&] { result = run_demo(args); });
  return app::parse(program, argc, argv, result);
}

} // namespace

} // namespace cafka::demo

int main(int argc, char** argv) {
  return cafka::app::run_program(
    [&] { return cafka::demo::run_arguments(argc, argv); });
}
