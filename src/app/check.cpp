/// `cafka check`: what a config file says, with all defaults, or what is wrong.

#include "app/builtin_handlers.hpp"
#include "app/commands.hpp"
#include "app/config_arguments.hpp"
#include "config/keys.hpp"
#include "core/text_field.hpp"
#include "io/standard_files.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <unistd.h>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  bool quiet = false;
};

/// In the form of a config file.
void print(const std::vector<configured_group>& groups) {
  fmt::print("cafka {{\n  groups {{\n");
  for (auto& x : groups) {
    fmt::print("    {} {{\n", field_value(x.options.config.name));
    for (auto& key : config_keys())
      fmt::print("      {} = {}\n", key.name, key.show(x));
    fmt::print("    }}\n");
  }
  fmt::print("  }}\n}}\n");
}

exit_code check(const arguments& args, const handler_registry& own) {
  if (!io::require_standard_output("cafka check"))
    return exit_code::usage;
  auto groups = read_groups(
    args,
    make_handlers(std::make_shared<io::record_output>(STDOUT_FILENO), own));
  if (!groups)
    return exit_code::usage;
  if (args.quiet)
    fmt::print("ok\n");
  else
    print(*groups);
  return exit_code::ok;
}

} // namespace

void add_check(CLI::App& program, const handler_registry& handlers,
               exit_code& result) {
  auto args = std::make_shared<arguments>();
  auto* command = program.add_subcommand(
    "check", "Read a config file, and show its groups with all settings; "
             "start nothing");
  add_config_arguments(*command, *args);
  command->add_flag("--quiet", args->quiet, "Only say ok, or what is wrong");
  command->callback(
    [args, &handlers, &result] { result = check(*args, handlers); });
}

} // namespace cafka::app
