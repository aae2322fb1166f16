#include "config/http_settings.hpp"
#include "config/keys.hpp"
#include "config/properties.hpp"
#include "config/secret_values.hpp"
#include "config/shown_key.hpp"
#include "config/value_text.hpp"
#include "kafka/property_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace cafka {

namespace {

using caf::config_value;
using caf::get_if;

constexpr auto hidden = "(hidden)";

/// Of librdkafka.
bool holds_properties(std::string_view key) {
  return key == "kafka" || key == "producer";
}

/// A value that may be shown: what was meant for `kafka { … }` may be a secret.
std::string shown(const std::string& key, const config_value& value) {
  if (get_if<caf::settings>(&value))
    return "{ … }";
  if (holds_properties(key) || kafka::is_secret_property(key))
    return hidden;
  auto result = show(value);
  return holds_login(result) ? hidden : result;
}

/// The same of a key that may be anything: near to none that is known it may be
/// a secret's name with a slip in it.
std::string shown_of_unknown(const std::string& key,
                             const config_value& value) {
  if (nearest_key(key).empty() && !get_if<caf::settings>(&value))
    return hidden;
  return shown(key, value);
}

config_error unknown_key(const std::string& path, const std::string& key,
                         const config_value& value) {
  auto hint = nearest_key(key);
  auto allowed = hint.empty() ? std::string{"no such key"}
                              : fmt::format("no such key, but {} is", hint);
  return {path + shown_key(key), shown_of_unknown(key, value),
          std::move(allowed)};
}

/// Of two spellings one would go unheard.
void check_spellings(const std::string& path, const caf::settings& properties,
                     std::vector<config_error>& errors) {
  std::map<std::string, int> times;
  for (auto& [name, value] : properties_in(properties))
    if (++times[name] == 2)
      errors.push_back({path + "." + shown_property(name),
                        "(more than one value)", "each property once"});
}

void find_handler(const std::string& path, const handler_registry* handlers,
                  configured_group& x, std::vector<config_error>& errors) {
  std::string allowed = "the name of a handler";
  if (handlers) {
    if (auto i = handlers->find(x.handler); i != handlers->end()) {
      x.options.handler = i->second;
      return;
    }
    std::vector<std::string_view> known;
    for (auto& [name, factory] : *handlers)
      known.push_back(name);
    allowed = fmt::format("one of: {}", fmt::join(known, ", "));
  } else if (!x.handler.empty()) {
    return;
  }
  errors.push_back(
    {path + "handler", fmt::format("\"{}\"", x.handler), std::move(allowed)});
}

/// Reads a group key by key.
struct group_reader {
  std::string path;
  configured_group& to;
  std::vector<config_error>& errors;
  /// Those with an error; one for each is enough.
  std::set<std::string, std::less<>> unread;

  void read(const std::string& above, const caf::settings& from) {
    for (auto& [key, value] : from)
      read_key(above + std::string{key}, value);
  }

private:
  void read_key(const std::string& name, const config_value& value) {
    auto* nested = get_if<caf::settings>(&value);
    auto i = std::ranges::find(config_keys(), name, &config_key::name);
    if (i != config_keys().end())
      read_value(*i, value);
    else if (!is_section(name))
      errors.push_back(unknown_key(path, name, value));
    else if (nested)
      read(name + ".", *nested);
    else
      refuse(name, value, "a dictionary { … }");
    if (nested && holds_properties(name))
      check_spellings(path + name, *nested, errors);
  }
  void read_value(const config_key& key, const config_value& value) {
    if (!key.read(to, value))
      refuse(std::string{key.name}, value, std::string{key.allowed});
  }
  void refuse(const std::string& name, const config_value& value,
              std::string allowed) {
    unread.insert(name);
    errors.push_back({path + name, shown(name, value), std::move(allowed)});
  }
};

configured_group read_group(const std::string& path, const std::string& name,
                            const caf::settings& from,
                            const handler_registry* handlers,
                            std::vector<config_error>& errors) {
  configured_group result;
  result.options.config.name = name;
  group_reader reader{path, result, errors, {}};
  reader.read("", from);
  auto& unread = reader.unread;
  for (auto& x :
       resolve_secrets(result.options.config.kafka, result.variables)) {
    unread.insert("kafka"); // what librdkafka would say of the reference
    errors.push_back({path + x.key, x.value, x.allowed});
  }
  if (!unread.contains("handler"))
    find_handler(path, handlers, result, errors);
  for (auto& x : validate(result.options.config))
    if (!unread.contains(x.key)) // one error for each
      errors.push_back({path + x.key, x.value, x.allowed});
  return result;
}

void check_names(const std::vector<configured_group>& groups,
                 std::vector<config_error>& errors) {
  std::set<std::string> names;
  for (auto& x : groups)
    if (auto& name = x.options.config.name; !names.insert(name).second)
      errors.push_back({"cafka.groups", fmt::format("\"{}\"", name),
                        "a name of its own for each group"});
}

/// What two clusters are called is all that tells one from another.
bool may_share_a_cluster(const group_config& x, const group_config& y) {
  return (x.embedded && y.embedded)
         || std::find_first_of(x.endpoints.begin(), x.endpoints.end(),
                               y.endpoints.begin(), y.endpoints.end())
              != x.endpoints.end();
}

/// Of two members of one group with one instance id the broker fences either.
void check_members(const std::vector<configured_group>& groups,
                   std::vector<config_error>& errors) {
  for (auto i = groups.begin(); i != groups.end(); ++i) {
    auto& x = i->options.config;
    auto j = std::find_if(groups.begin(), i, [&](auto& other) {
      auto& y = other.options.config;
      return x.group_instance_id == y.group_instance_id && x.group == y.group
             && may_share_a_cluster(x, y);
    });
    if (j != i && !x.group_instance_id.empty())
      errors.push_back(
        {"group-instance-id", fmt::format("\"{}\"", x.group_instance_id),
         fmt::format("not both in {} and in {}, which are members of the group "
                     "\"{}\"",
                     j->options.config.name, x.name, x.group)});
  }
}

/// The groups that stand by their names.
void read_groups(configured_groups& to, const caf::settings& by_name,
                 const handler_registry* handlers) {
  for (auto& [key, group] : by_name) {
    std::string name{key};
    auto path = "cafka.groups." + name;
    if (auto* keys = get_if<caf::settings>(&group))
      to.groups.push_back(
        read_group(path + ".", name, *keys, handlers, to.errors));
    else
      to.errors.push_back(
        {path, shown_of_unknown(name, group), "a dictionary { … }"});
  }
}

configured_groups read_all(const caf::settings& content,
                           const handler_registry* handlers) {
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
    if (auto* by_name = get_if<caf::settings>(&groups->second))
      read_groups(result, *by_name, handlers);
    else
      result.errors.push_back(
        {"cafka.groups", hidden, "a dictionary { … } of groups by name"});
    rest.container().erase(groups);
  }
  if (auto http = rest.find("http"); http != rest.end()) {
    result.http = read_http(http->second, result.errors);
    rest.container().erase(http);
  }
  if (!rest.empty() || result.groups.empty())
    result.groups.push_back(
      read_group("cafka.", "", rest, handlers, result.errors));
  check_names(result.groups, result.errors);
  check_members(result.groups, result.errors);
  return result;
}

} // namespace

configured_groups read_config(const caf::settings& content) {
  return read_all(content, nullptr);
}

configured_groups read_config(const caf::settings& content,
                              const handler_registry& handlers) {
  return read_all(content, &handlers);
}

} // namespace cafka
