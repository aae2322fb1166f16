#include "config/range_check.hpp"

#include <fmt/format.h>

namespace cafka {

void check_range(std::vector<config_error>& out, const char* key,
                 std::size_t value, std::size_t least, std::size_t most) {
  if (value < least || value > most)
    out.push_back({key, fmt::format("{}", value),
                   fmt::format("from {} to {}", least, most)});
}

void check_range(std::vector<config_error>& out, const char* key,
                 std::chrono::milliseconds value, long least,
                 std::chrono::milliseconds most) {
  if (value.count() < least || value > most)
    out.push_back({key, fmt::format("{}ms", value.count()),
                   fmt::format("from {}ms to {}ms", least, most.count())});
}

} // namespace cafka
