/// `cafka ctl`: an operator's hands on a terminal.

#include "control/command.hpp"
#include "control/order.hpp"
#include "control/status_table.hpp"
#include "io/standard_files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace cafka::app {

namespace {

constexpr auto footer = R"(
PARTITION is TOPIC/NUMBER, as orders/3. What is intended is asked of the group's
own process, which must have http.operations = true; it is an event with WHO and
REASON. A pause holds until it is taken back or the process ends.

Exit codes: 0 done, or it was so already; 1 not done, and why is told; 2 wrong
arguments; 6 nobody answers at ADDRESS, or it refuses (the token, operations).)";

exit_code show_status(const order_arguments& args) {
  auto to = server::open(order_name("status"), args);
  if (!to)
    return exit_code::usage;
  std::string wrong;
  if (args.json) {
    auto text = to->status_text(wrong);
    if (!text)
      return to->complain(wrong, exit_code::broker_failed);
    fmt::print("{}\n", *text);
    return exit_code::ok;
  }
  auto status = to->status();
  if (!status)
    return exit_code::broker_failed;
  for (auto& line : control::table_of(*status, {}))
    fmt::print("{}\n", line);
  return exit_code::ok;
}

// -- arguments ----------------------------------------------------------------

using arguments_ptr = std::shared_ptr<order_arguments>;
using run = std::function<exit_code(order&)>;

CLI::App& add(CLI::App& to, const char* kind, const char* words,
              const arguments_ptr& args, exit_code& result, const run& how) {
  auto& command = *to.add_subcommand(kind, words);
  command.fallthrough(); // --http and --token-file may stand behind it
  command.callback([=, &result] {
    result = exit_code::usage;
    auto at = io::require_standard_output(order_name(kind))
                ? server::open(order_name(kind), *args)
                : std::nullopt;
    if (!at)
      return;
    order x{*args, kind, std::move(*at)};
    result = how(x);
  });
  return command;
}

CLI::App& add_intent(CLI::App& to, const char* kind, const char* words,
                     const arguments_ptr& args, exit_code& result,
                     const run& how) {
  auto& command = add(to, kind, words, args, result, how);
  command
    .add_option("--reason", args->reason,
                "Why: it is told with the event, and stands in the status")
    ->required()
    ->check([](const std::string& x) {
      return x.empty() ? "a text that is not empty" : std::string{};
    });
  command.add_option("--who", args->who, "Who (default: the user's name)");
  return command;
}

CLI::Option& add_partition(CLI::App& to, order_arguments& args) {
  return *to.add_option("PARTITION", args.partition,
                        "TOPIC/NUMBER, as orders/3");
}

void add_pauses(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto how = [](order& x) { return x.pause_or_resume(); };
  for (auto* command :
       {&add_intent(ctl, "pause",
                    "No handler call begins any more; one that runs goes on",
                    args, result, how),
        &add_intent(ctl, "resume",
                    "Take back the pause of just this partition or topic, or "
                    "the one of all",
                    args, result, how)}) {
    command->add_option("PARTITION", args->partition,
                        "TOPIC/NUMBER, as orders/3, or all of TOPIC");
    command->add_flag("--all", args->all, "All that the group reads");
  }
}

void add_dispose(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto& command = add_intent(
    ctl, "dispose",
    "Get past the record that fails without handling it; it is shown, and "
    "asked for, first",
    args, result, [](order& x) { return x.dispose(); });
  add_partition(command, *args).required();
  command
    .add_option("--step", args->step,
                "skip, or dead-letter: it is written to the group's dead "
                "letters")
    ->required()
    ->check(CLI::IsMember({"skip", "dead-letter"}));
  command
    .add_option("--offset", args->offset,
                "Of the record (default: the one that fails)")
    ->check(CLI::NonNegativeNumber);
  command.add_flag("--yes", args->yes, "Do not ask");
}

void add_move(CLI::App& ctl, const arguments_ptr& args, exit_code& result) {
  auto& command
    = add_intent(ctl, "move",
                 "Drain the partition, commit another position, and go on "
                 "there",
                 args, result, [](order& x) { return x.move(); });
  add_partition(command, *args).required();
  command
    .add_option("--to", args->to,
                "earliest, latest, an offset, or a time as "
                "2026-11-29T13:05:09Z")
    ->required();
}

} // namespace

void add_ctl(CLI::App& program, exit_code& result) {
  auto args = std::make_shared<order_arguments>();
  auto& ctl = *program.add_subcommand(
    "ctl", "Look at the groups of a process that serves HTTP, and pause, "
           "resume, restart, dispose, move");
  ctl.require_subcommand(1);
  ctl.footer(footer);
  add_server_arguments(ctl, *args);
  ctl.add_option("--group", args->group,
                 "The group, by its name there (default: the only one)");
  auto& status = *ctl.add_subcommand(
    "status", "Each group in a sentence, and its partitions, the worst first");
  status.fallthrough();
  status.add_flag("--json", args->json, "All of it as JSON, for programs");
  status.callback([args, &result] {
    result = io::require_standard_output(order_name("status"))
               ? show_status(*args)
               : exit_code::usage;
  });
  add_partition(add(ctl, "record",
                    "The record that a partition stands at, up to 4 KB of it",
                    args, result, [](order& x) { return x.show_record(); }),
                *args)
    .required();
  add_pauses(ctl, args, result);
  add_partition(add_intent(ctl, "restart",
                           "The partition's worker begins anew, without a "
                           "backoff and with all of its restarts and retries",
                           args, result, [](order& x) { return x.restart(); }),
                *args)
    .required();
  add_dispose(ctl, args, result);
  add_move(ctl, args, result);
}

} // namespace cafka::app
