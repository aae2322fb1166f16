/// `cafka check`: what a config file says, with all defaults, or what is wrong.

#include "app/commands.hpp"
#include "config/http_settings.hpp"
#include "config/keys.hpp"
#include "core/text_field.hpp"
#include "io/standard_files.hpp"
#include "program/builtin_handlers.hpp"
#include "program/config_arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include <unistd.h>

namespace cafka::app {

namespace {

struct arguments : config_arguments {
  bool quiet = false;
};

/// Prints dictionaries in each other, with a line per key.
class nested_lines {
public:
  explicit nested_lines(std::size_t depth) : outside_(depth) {
  }
  /// `name`: with the dictionaries that it stands in.
  void add(std::string_view name, const std::string& value) {
    auto dot = name.rfind('.');
    go_to(dot == name.npos ? std::string_view{} : name.substr(0, dot + 1));
    fmt::print("{}{} = {}\n", margin(), name.substr(at_.size()), value);
  }
  void end() {
    go_to({});
  }

private:
  /// `place` ends with a dot, unless it is empty.
  void go_to(std::string_view place) {
    while (!place.starts_with(at_)) {
      at_.erase(at_.rfind('.', at_.size() - 2) + 1); // of npos: all
      fmt::print("{}}}\n", margin());
    }
    while (at_.size() < place.size()) {
      auto end = place.find('.', at_.size()) + 1;
      auto name = place.substr(at_.size(), end - 1 - at_.size());
      fmt::print("{}{} {{\n", margin(), name);
      at_ = place.substr(0, end);
    }
  }
  std::string margin() const {
    auto inside = std::ranges::count(at_, '.');
    return std::string(2 * (outside_ + static_cast<std::size_t>(inside)), ' ');
  }

  std::size_t outside_;
  std::string at_;
};

/// In the form of a config file.
void print(const configured_groups& all) {
  fmt::print("cafka {{\n  http {{\n");
  for (auto& key : http_keys())
    fmt::print("    {} = {}\n", key.name, key.show(all.http));
  fmt::print("  }}\n  groups {{\n");
  for (auto& x : all.groups) {
    fmt::print("    {} {{\n", field_value(x.options.config.name));
    nested_lines lines{3};
    for (auto& key : config_keys())
      lines.add(key.name, key.show(x));
    lines.end();
    fmt::print("    }}\n");
  }
  fmt::print("  }}\n}}\n");
}

exit_code check(const arguments& args, const handler_registry& own) {
  if (!io::require_standard_output("cafka check"))
    return exit_code::usage;
  auto groups = read_process(
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
  add_http_argument(*command, *args);
  command->add_flag("--quiet", args->quiet, "Only say ok, or what is wrong");
  command->callback(
    [args, &handlers, &result] { result = check(*args, handlers); });
}

} // namespace cafka::app
