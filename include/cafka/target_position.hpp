#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cafka {

/// Where a partition is to go on.
struct target_position {
  /// The meaning of `value`.
  enum class kind : std::uint8_t {
    offset,   ///< of the next record to read; within what the broker has
    earliest, ///< the first one that the broker has; no value
    latest,   ///< behind the last one that can be read; no value
    /// The first record that is as new, in ms since 1970 (UTC); the end where
    /// there is none.
    time,
  };
  kind what = kind::latest; ///< says what `value` is
  std::int64_t value = 0;   ///< an offset, or milliseconds since 1970
};

/// Reads `earliest`, `latest`, an offset, `1764421509000ms`, or a time as in
/// RFC 3339, `2026-11-29T13:05:09Z` (also without seconds, without time;
/// without a zone in UTC). Returns nothing for any other text.
std::optional<target_position> parse_target_position(std::string_view x);

/// As `parse_target_position` reads it.
std::string to_string(const target_position& x);

} // namespace cafka
