#pragma once

#include <cafka/types.hpp>

#include <optional>
#include <string>
#include <vector>

namespace cafka::app {

/// How far a group is in one partition.
struct offset_row {
  std::string group;
  topic_partition tp;
  std::optional<offset_t> committed; ///< none: nothing was ever committed
  std::optional<offset_t> end;       ///< of what can be read

  std::optional<offset_t> lag() const {
    if (!committed || !end)
      return std::nullopt;
    return *end - *committed;
  }
};

/// For people: aligned, with a header, `-` where there is nothing.
std::string table_of(const std::vector<offset_row>& xs);

/// For programs: a list of objects in one line, null where there is nothing.
std::string json_of(const std::vector<offset_row>& xs);

} // namespace cafka::app
