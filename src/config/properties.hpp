#pragma once

#include <caf/config_value.hpp>
#include <caf/settings.hpp>

#include <string>
#include <utility>
#include <vector>

/// librdkafka's properties in a dictionary `kafka { … }`: `-` stands for `.`,
/// and nested dictionaries are joined.
namespace cafka {

/// `session-timeout-ms` is `session.timeout.ms`, and so is either of itself.
std::string property_of_key(std::string key);

/// The other way round.
std::string key_of_property(std::string name);

/// All that stand in `from`, by their own names; one that is spelled in two
/// ways stands there twice. The values are those of `from`.
std::vector<std::pair<std::string, const caf::config_value*>>
properties_in(const caf::settings& from);

/// Takes out every spelling of the property.
void erase_property(caf::settings& from, const std::string& name);

} // namespace cafka
