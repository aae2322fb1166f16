#pragma once

#include "program/exit_code.hpp"

#include <functional>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// All of a process: `body` between what has to be done before anything else,
/// and the end of what was written and told. The exit code for `main`.
int run_program(const std::function<exit_code()>& body);

/// Reads the arguments, while the commands that they name run; `result` is
/// theirs. With what the program is to end: 2 for arguments that are wrong.
exit_code parse(CLI::App& program, int argc, char** argv,
                const exit_code& result);

} // namespace cafka::app
