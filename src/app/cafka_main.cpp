/// `cafka::main`: the program, with handlers of its caller.

#include "app/commands.hpp"
#include "app/programs_beside.hpp"
#include "control/command.hpp"
#include "dead_letters/command.hpp"
#include "exec_command/command.hpp"
#include "program/program.hpp"
#include "verifiable/command.hpp"

#include <cafka/main.hpp>
#include <cafka/version.hpp>

#include <CLI/CLI.hpp>

#include <filesystem>

namespace cafka {

namespace {

constexpr auto footer = R"(
Settings of a config file can be replaced by arguments behind it:
  cafka run cafka.conf --cafka.group=other --cafka.commit-interval=1s

Exit codes:
  0    done; a run that a signal stopped in order, too
  1    something failed: a check, a record's delivery, standard output, the
       commit of what was acked, or what an operator intended
  2    wrong arguments or settings, or an input that cannot be read
  3    no progress (demo)
  4    a group gave up
  5    handler calls ran on after stop-timeout
  6    no broker answered in time, or one refused; the same of the process that
       ctl and top ask
  7    a signal stopped a run in order, but a partition stood still, because its
       restarts were used up or its handler's failures stopped it
  129  stopped by SIGHUP
  130  stopped by SIGINT
  143  stopped by SIGTERM
Of several that apply to a run, the first in this order: 4, 5, 1, 7.)";

app::exit_code run(int argc, char** argv, const handler_registry& handlers) {
  using namespace app;
  auto is_cafka = handlers.empty();
  if (auto* beside = is_cafka && argc > 1 ? find_beside(argv[1]) : nullptr)
    return run_beside(*beside, argv + 1);
  auto name = is_cafka || argc == 0
                ? std::string{"cafka"}
                : std::filesystem::path{argv[0]}.filename().string();
  auto result = exit_code::ok;
  auto exec = take_command(argc, argv);
  CLI::App program{"Kafka consumer groups as supervised actors", name};
  program.require_subcommand(1);
  program.set_version_flag("--version", "cafka " CAFKA_VERSION_STRING);
  program.footer(footer);
  add_run(program, handlers, exec, result);
  add_exec(
    program, exec,
    [&](const config_arguments& x) { return run_configured(x, handlers); },
    result);
  add_check(program, handlers, result);
  add_offsets(program, result);
  add_produce(program, result);
  add_dead_letters(program, handlers, result);
  add_ctl(program, result);
  add_top(program, result);
  if (is_cafka) {
    add_verifiable_consumer(program, result);
    add_beside(program);
  }
  return parse(program, argc, argv, result);
}

} // namespace

int main(int argc, char** argv, handler_registry handlers) {
  return app::run_program([&] { return run(argc, argv, handlers); });
}

} // namespace cafka
