#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cafka {

/// A key that stands in one dictionary twice.
struct repeated_key {
  std::string path; ///< with the names of the dictionaries around it
  std::size_t line;
  std::size_t first_line;
};

/// Of two values of one key CAF's parser keeps one, without a word; these are
/// all such keys in a text that it has read. One that stands in two of its
/// `[sections]` is among them, and so is a second section below a dictionary of
/// which CAF 0.17 keeps one.
std::vector<repeated_key> repeated_keys(std::string_view text);

} // namespace cafka
