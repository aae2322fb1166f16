#include "config/nearest_name.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace cafka {

namespace {

/// More edits than this are no slip of the hand, nor is more than one in so
/// many letters: a short word is near to any other.
constexpr std::size_t near_edits = 3;
constexpr std::size_t letters_per_edit = 3;

/// Levenshtein's distance.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::string_view nearest_name(std::string_view name,
                              std::span<const std::string_view> known) {
  std::string_view result;
  auto least = std::min(near_edits, name.size() / letters_per_edit) + 1;
  for (auto& x : known)
    if (auto n = edits(name, x); n < least) {
      least = n;
      result = x;
    }
  return result;
}

} // namespace cafka
