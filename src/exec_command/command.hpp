#pragma once

#include "program/exit_code.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

struct config_arguments;

/// The words behind `--exec` of `run` and behind `--` of `exec`, which `argc`
/// no longer counts: they are a program and its arguments, and not for us to
/// read. Nothing: there is none of the two.
std::optional<std::vector<std::string>> take_command(int& argc, char** argv);

/// Adds `exec` to `program`; where it is asked for it runs `command`, by `run`,
/// which runs the groups that are given, and leaves in `result` with what the
/// program is to end.
void add_exec(CLI::App& program,
              const std::optional<std::vector<std::string>>& command,
              std::function<exit_code(const config_arguments&)> run,
              exit_code& result);

} // namespace cafka::app
