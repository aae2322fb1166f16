#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cafka::io {

/// How far a group is in one partition.
struct offset_row {
  std::string group;
  topic_partition tp;
  std::optional<offset_t> committed;  ///< none: nothing was ever committed
  std::optional<offset_range> in_log; ///< what can be read; none: not known
  bool committed_is_known = true;     ///< false: nobody could say

  /// Offsets that are left to read, at most: of some there may be no record.
  /// None where the committed offset or the log is not known.
  std::optional<std::int64_t> lag() const;

  /// Where the committed offset stands outside of the log: "beyond the end",
  /// "below the start"; else empty.
  std::string mark() const;
};

/// For people: aligned, with a header, `-` where there is nothing, and `?`
/// where it is not known.
std::string table_of(const std::vector<offset_row>& xs);

/// For programs: a list of objects in one line, null where there is nothing.
std::string json_of(const std::vector<offset_row>& xs);

} // namespace cafka::io
