#pragma once

#include "program/exit_code.hpp"

#include <cafka/config_file.hpp>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Adds `dead-letters` with its commands to `program`; the one that is asked
/// for runs, and leaves in `result` with what the program is to end.
/// `handlers`: see `add_run`.
void add_dead_letters(CLI::App& program, const handler_registry& handlers,
                      exit_code& result);

} // namespace cafka::app
