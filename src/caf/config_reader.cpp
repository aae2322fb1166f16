#include "caf/config_keys.hpp"
#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cafka {

namespace {

using caf::config_value;
using caf::get_if;

config_error unknown_key(const std::string& path, std::string_view key,
                         const config_value& value) {
  auto hint = nearest_key(key);
  auto allowed = hint.empty() ? std::string{"no such key"}
                              : fmt::format("no such key, but {} is", hint);
  return {path + std::string{key},
          get_if<caf::settings>(&value) ? "{ … }" : to_text(value),
          std::move(allowed)};
}

configured_group read_group(const std::string& path, const std::string& name,
                            const caf::settings& from,
                            std::vector<config_error>& errors) {
  configured_group result;
  result.config.name = name;
  for (auto& [key, value] : from) {
    auto is_it = [&k = key](const config_key& x) { return x.name == k; };
    auto i = std::find_if(config_keys().begin(), config_keys().end(), is_it);
    if (i == config_keys().end())
      errors.push_back(unknown_key(path, std::string{key}, value));
    else if (!i->read(result, value))
      errors.push_back(
        {path + std::string{key}, to_text(value), std::string{i->allowed}});
  }
  if (result.handler.empty())
    errors.push_back({path + "handler", "\"\"", "the name of a handler"});
  for (auto& x : validate(result.config))
    errors.push_back({path + x.key, x.value, x.allowed});
  return result;
}

void check_names(const std::vector<configured_group>& groups,
                 std::vector<config_error>& errors) {
  std::set<std::string> names;
  for (auto& x : groups)
    if (!names.insert(x.config.name).second)
      errors.push_back({"cafka.groups", fmt::format("\"{}\"", x.config.name),
                        "a name of its own for each group"});
}

} // namespace

configured_groups read_config(const caf::settings& content) {
  configured_groups result;
  auto i = content.find("cafka");
  auto* category = i == content.end() ? nullptr
                                      : get_if<caf::settings>(&i->second);
  if (!category) {
    result.errors.push_back({"cafka", "(missing)", "cafka { … } with a group"});
    return result;
  }
  auto rest = *category;
  if (auto groups = rest.find("groups"); groups != rest.end()) {
    auto* by_name = get_if<caf::settings>(&groups->second);
    if (!by_name)
      result.errors.push_back({"cafka.groups", to_text(groups->second),
                               "a dictionary { … } of groups by name"});
    else
      for (auto& [name, group] : *by_name) {
        auto path = fmt::format("cafka.groups.{}.", std::string{name});
        auto* keys = get_if<caf::settings>(&group);
        if (keys)
          result.groups.push_back(
            read_group(path, std::string{name}, *keys, result.errors));
        else
          result.errors.push_back({path, to_text(group), "a dictionary { … }"});
      }
    rest.container().erase(groups);
  }
  if (!rest.empty() || result.groups.empty())
    result.groups.push_back(read_group("cafka.", "", rest, result.errors));
  check_names(result.groups, result.errors);
  return result;
}

} // namespace cafka
