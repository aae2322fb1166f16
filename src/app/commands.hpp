#pragma once

#include "program/exit_code.hpp"

#include <cafka/config_file.hpp>

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Each adds one command to `program`; when it is the one that was asked for,
/// it runs and leaves in `result` with what the program is to end. `handlers`
/// are those of who calls `cafka::main`, beside the built-in ones; like
/// `result` they outlive the command. `exec` is the command that stands at the
/// end of the arguments: see `take_command`.
void add_run(CLI::App& program, const handler_registry& handlers,
             const std::optional<std::vector<std::string>>& exec,
             exit_code& result);
void add_check(CLI::App& program, const handler_registry& handlers,
               exit_code& result);
void add_offsets(CLI::App& program, exit_code& result);
/// To the command `offsets`.
void add_offsets_reset(CLI::App& offsets, exit_code& result);
void add_produce(CLI::App& program, exit_code& result);

struct config_arguments;

/// Runs the groups of a config file until a signal comes.
exit_code run_configured(const config_arguments& args,
                         const handler_registry& own);

} // namespace cafka::app
