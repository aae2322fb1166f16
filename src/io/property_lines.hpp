#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cafka::io {

/// The settings of a properties file of Kafka's tools.
struct property_lines {
  std::map<std::string, std::string> values; ///< the last line of a name counts
  std::vector<std::string> errors;           ///< `line 3: what is wrong`
};

/// Reads `name=value` lines. Blank ones and those that begin with `#` or `!`
/// are passed over, and so is white space at both ends of a name and of a
/// value.
property_lines parse_properties(std::string_view text);

} // namespace cafka::io
