#include "io/fields.hpp"

#include <algorithm>

namespace cafka::io {

namespace {

// Of the bytes, whatever the locale is.
constexpr std::string_view white = " \t\r\v\f";

} // namespace

std::string_view next_field(std::string_view& rest) noexcept {
  rest.remove_prefix(std::min(rest.find_first_not_of(white), rest.size()));
  auto result = rest.substr(0, rest.find_first_of(white));
  rest.remove_prefix(result.size());
  return result;
}

std::string_view nth_field(std::string_view line, std::size_t n) noexcept {
  std::string_view result;
  do {
    result = next_field(line);
  } while (--n > 0 && !result.empty());
  return result;
}

} // namespace cafka::io
