#include "config/properties.hpp"

#include <algorithm>

namespace cafka {

namespace {

using properties
  = std::vector<std::pair<std::string, const caf::config_value*>>;

void add(properties& to, const std::string& prefix, const caf::settings& from) {
  for (auto& [key, value] : from) {
    auto name = prefix + property_of_key(std::string{key});
    if (auto* nested = caf::get_if<caf::settings>(&value))
      add(to, name + ".", *nested);
    else
      to.emplace_back(std::move(name), &value);
  }
}

void erase(caf::settings& from, const std::string& prefix,
           const std::string& what) {
  auto& entries = from.container();
  for (auto i = entries.begin(); i != entries.end();) {
    auto name = prefix + property_of_key(std::string{i->first});
    auto* nested = caf::get_if<caf::settings>(&i->second);
    if (nested)
      erase(*nested, name + ".", what);
    if (!nested && name == what)
      i = entries.erase(i);
    else
      ++i;
  }
}

} // namespace

std::string property_of_key(std::string key) {
  std::replace(key.begin(), key.end(), '-', '.');
  return key;
}

std::string key_of_property(std::string name) {
  std::replace(name.begin(), name.end(), '.', '-');
  return name;
}

properties properties_in(const caf::settings& from) {
  properties result;
  add(result, "", from);
  return result;
}

void erase_property(caf::settings& from, const std::string& name) {
  erase(from, "", name);
}

} // namespace cafka
