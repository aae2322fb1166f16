#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cafka::core {

/// Milliseconds since 1970 (UTC) of a time as in RFC 3339: `2026-11-29`,
/// `2026-11-29T13:05`, `2026-11-29T13:05:09.250+01:00`; without a zone in UTC,
/// from 1970 to 9999. Nothing: it is no time.
std::optional<std::int64_t> parse_time(std::string_view x);

} // namespace cafka::core
