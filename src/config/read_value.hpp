#pragma once

#include <caf/config_value.hpp>

#include <string>
#include <vector>

/// Readers of values, one per type of field. False: the value is of another
/// type.
namespace cafka {

inline bool read(std::string& to, const caf::config_value& x) {
  auto* text = caf::get_if<std::string>(&x);
  if (text)
    to = *text;
  return text != nullptr;
}

inline bool read(bool& to, const caf::config_value& x) {
  auto* flag = caf::get_if<bool>(&x);
  if (flag)
    to = *flag;
  return flag != nullptr;
}

inline bool read(std::vector<std::string>& to, const caf::config_value& x) {
  auto* list = caf::get_if<caf::config_value::list>(&x);
  if (!list)
    return false;
  to.clear();
  for (auto& item : *list)
    if (!read(to.emplace_back(), item))
      return false;
  return true;
}

} // namespace cafka
