#pragma once

#include <cafka/config.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace cafka {

/// Beyond any use, and sums of them are far from an overflow.
inline constexpr std::chrono::milliseconds time_max
  = std::chrono::hours{24 * 365};
inline constexpr std::size_t count_max = 1'000'000'000;

/// An error of `key` unless `value` is from `least` to `most`.
void check_range(std::vector<config_error>& out, const char* key,
                 std::size_t value, std::size_t least, std::size_t most);

/// As above, of a time, with `least` in milliseconds.
void check_range(std::vector<config_error>& out, const char* key,
                 std::chrono::milliseconds value, long least,
                 std::chrono::milliseconds most);

} // namespace cafka
