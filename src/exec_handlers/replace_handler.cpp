#include "exec_handlers/replace_handler.hpp"

#include "core/text_field.hpp"

#include <caf/config_value.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cafka::exec_handlers {

namespace {

/// Empty: there is no such group, or which one is not said.
std::string path_of_group(const caf::settings& content,
                          const std::vector<std::string>& paths,
                          const std::string& group) {
  if (group.empty())
    return paths.size() == 1 ? paths.front() : std::string{};
  auto is_there = [&](const std::string& path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  };
  if (auto path = "cafka.groups." + group; is_there(path))
    return path;
  auto name = caf::get_or(content, "cafka.name", std::string{});
  return is_there("cafka") && name == group ? "cafka" : std::string{};
}

caf::config_value list_of(const std::vector<std::string>& xs) {
  caf::config_value::list result;
  for (auto& x : xs)
    result.emplace_back(x);
  return caf::config_value{std::move(result)};
}

} // namespace

std::string find_group(const caf::settings& content,
                       const std::vector<std::string>& paths,
                       const std::string& group, std::string& path) {
  path = path_of_group(content, paths, group);
  if (!path.empty())
    return {};
  return group.empty()
           ? "--exec: there are several groups; --group NAME says which"
           : fmt::format("--group: there is no group {}", field_value(group));
}

bool drop_other_arguments(caf::settings& content, const std::string& path) {
  if (caf::get_or(content, path + ".handler", std::string{}) == "exec")
    return false;
  caf::put(content, path + ".handler-init-args",
           caf::config_value{caf::settings{}});
  return true;
}

void set_program(caf::settings& content, const std::string& path,
                 const std::vector<std::string>& command) {
  caf::put(content, path + ".handler", std::string{"exec"});
  caf::put(content, path + ".handler-init-args.command", list_of(command));
}

} // namespace cafka::exec_handlers
