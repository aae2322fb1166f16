#pragma once

#include "program/builtin_handlers.hpp"
#include "program/event_log.hpp"

#include <cafka/config_file.hpp>

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// The arguments of a command that works with a config file.
struct config_arguments {
  CLI::App* command = nullptr;
  std::string path;
  std::vector<std::string> endpoints;
  bool embedded = false;
  /// A program with its arguments, which is the handler of `group`, or of the
  /// only group where that is empty. Nothing: the config file says the handler.
  std::optional<std::vector<std::string>> program;
  /// Only with `program`.
  std::string group;
  /// Where to serve HTTP, instead of what the config file says; empty: as that
  /// says.
  std::string http;
  /// Stands for a file where there is none: `path` is empty.
  caf::settings content;
  log_arguments log;
};

/// `--http`, of a command that runs groups.
void add_http_argument(CLI::App& command, config_arguments& to);

/// CONFIG, `--endpoints`, and `--cafka.key=value` behind them. `to` outlives
/// the command.
void add_config_arguments(CLI::App& command, config_arguments& to);

using groups = std::vector<configured_group>;

/// The variables of the environment that the settings of any of them read: no
/// program of whichever group gets them, for they are one process's.
std::vector<std::string> secret_variables(const groups& xs);

/// The groups of the config file with all that replaces its settings; nothing:
/// something is wrong, and was told on standard error, a line each.
std::optional<groups> read_groups(const config_arguments& args);

/// As above, to be run with these handlers.
std::optional<groups> read_groups(const config_arguments& args,
                                  const known_handlers& handlers);

/// As above, and what is of the whole process.
std::optional<configured_groups> read_process(const config_arguments& args,
                                              const known_handlers& handlers);

} // namespace cafka::app
