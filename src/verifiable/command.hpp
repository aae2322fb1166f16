#pragma once

#include "program/exit_code.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// Adds `verifiable-consumer` to `program`; when it is asked for it runs, and
/// leaves in `result` with what the program is to end.
void add_verifiable_consumer(CLI::App& program, exit_code& result);

} // namespace cafka::app
