#pragma once

#include "program/exit_code.hpp"

#include <cafka/config_file.hpp>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Each adds one command to `program`; when it is the one that was asked for,
/// it runs and leaves in `result` with what the program is to end. `handlers`
/// are those of who calls `cafka::main`, beside the built-in ones; like `result`
/// they outlive the command.
void add_run(CLI::App& program, const handler_registry& handlers,
             exit_code& result);
void add_check(CLI::App& program, const handler_registry& handlers,
               exit_code& result);
void add_offsets(CLI::App& program, exit_code& result);
void add_produce(CLI::App& program, exit_code& result);

} // namespace cafka::app
