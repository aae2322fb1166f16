#include "io/property_lines.hpp"

#include <fmt/format.h>

namespace cafka::io {

namespace {

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view white = " \t\r\f";
  auto first = x.find_first_not_of(white);
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(white) - first + 1);
}

/// Shows nothing of the line: it may hold a secret.
void add(property_lines& to, std::string_view line, std::size_t number) {
  line = trimmed(line);
  if (line.empty() || line.front() == '#' || line.front() == '!')
    return;
  auto equals = line.find('=');
  auto name = trimmed(line.substr(0, equals));
  if (equals == std::string_view::npos || name.empty())
    to.errors.push_back(fmt::format("line {}: not name=value", number));
  else
    to.values[std::string{name}] = trimmed(line.substr(equals + 1));
}

} // namespace

property_lines parse_properties(std::string_view text) {
  property_lines result;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto end = text.find('\n');
    add(result, text.substr(0, end), number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return result;
}

} // namespace cafka::io
