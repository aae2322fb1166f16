/// `cafka run`: the groups of a config file, with the handlers that it names.

#include "api/stop_signal.hpp"
#include "app/commands.hpp"
#include "app/run_groups.hpp"
#include "core/text_field.hpp"
#include "exec_handlers/exec_settings.hpp"
#include "io/standard_files.hpp"
#include "program/builtin_handlers.hpp"
#include "program/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace cafka::app {

namespace {

constexpr auto footer = R"(
Handlers that are built in (`handler` in the config file):
  print  one JSON object per record on standard output:
         topic, partition, offset, timestamp (ms, or null), key, value, headers
         (a list of name and value, in order). Bytes that are no UTF-8 stand in
         base64, with _base64 behind the member's name. handler-init-args:
         encoding = "text" (default) or "base64" (all bytes in base64)
  count  counts, on standard error, and acks
  exec   runs a program for each partition; handler-init-args: command (a list,
         required), life, processes, call-timeout, term-after, input,
         directory, environment. What it writes to standard error becomes
         lines of the log

--exec COMMAND [ARG...], behind all other arguments, runs a program in the place
of the handler that the config file names.

SIGINT, SIGTERM or SIGHUP stops in order: running calls finish, what is acked
is committed, the groups are left. A second signal ends the process at once,
with 128 + its number. SIGUSR1 prints how each partition is.)";

/// Where a group wants to.
bool can_print(const groups& xs) {
  for (auto& x : xs)
    if (x.handler == "print"
        && !io::require_standard_output(
          fmt::format("cafka run: group {}, handler print",
                      field_value(x.options.config.name))))
      return false;
  return true;
}

} // namespace

exit_code run_configured(const config_arguments& args,
                         const handler_registry& own) {
  auto notifier = io::service_notifier::from_environment();
  catch_stop_signals();
  auto out = std::make_shared<io::record_output>(STDOUT_FILENO);
  auto handlers = make_handlers(out, own);
  auto configured = read_process(args, handlers);
  if (!configured
      || (handlers.built_in.contains("print")
          && !can_print(configured->groups)))
    return exit_code::usage;
  auto secret = secret_variables(configured->groups);
  auto prepare = [&](caf::actor_system& system, configured_group& x) {
    return runs_program(handlers, x)
             ? exec_handlers::set_configured(&system, x.options, secret)
             : caf::error{};
  };
  return run_groups({std::move(*configured), std::move(out), prepare, args.log,
                     std::move(notifier)});
}

void add_run(CLI::App& program, const handler_registry& handlers,
             const std::optional<std::vector<std::string>>& exec,
             exit_code& result) {
  auto args = std::make_shared<config_arguments>();
  args->program = exec;
  auto* command = program.add_subcommand(
    "run", "Run all groups of a config file until a signal comes");
  add_config_arguments(*command, *args);
  add_http_argument(*command, *args);
  command->add_flag("--embedded", args->embedded,
                    "Use a mock cluster in this process, with the topics of "
                    "the config file, and tell its endpoints");
  command->add_option("--group", args->group,
                      "With --exec: the group that it is for, by its name");
  add_log_arguments(*command, args->log);
  command->footer(footer);
  command->callback(
    [args, &handlers, &result] { result = run_configured(*args, handlers); });
}

} // namespace cafka::app
