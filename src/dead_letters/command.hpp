#pragma once

#include "program/exit_code.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Adds `dead-letters` with its commands to `program`; the one that is asked for
/// runs, and leaves in `result` with what the program is to end.
void add_dead_letters(CLI::App& program, exit_code& result);

} // namespace cafka::app
