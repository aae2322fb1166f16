#pragma once

#include <cafka/config_file.hpp>

#include <caf/config_value.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cafka {

/// One key of a group's configuration.
struct config_key {
  /// With the dictionaries that it stands in: `on-failure.retries`.
  std::string_view name;
  /// The values that may stand behind it, for errors.
  std::string_view allowed;
  /// Takes the value over; false: it is of a wrong type or not among `allowed`.
  std::function<bool(configured_group&, const caf::config_value&)> read;
  /// The value as it would stand in a file, without secrets.
  std::function<std::string(const configured_group&)> show;
};

/// All keys, in the order of the documentation.
const std::vector<config_key>& config_keys();

/// Whether keys stand in a dictionary of this name: `on-failure`.
bool is_section(std::string_view name);

/// The known key that is nearest to `name` by edits, for a hint; empty: none is
/// near.
std::string_view nearest_key(std::string_view name);

} // namespace cafka
