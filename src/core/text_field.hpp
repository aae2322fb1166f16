#pragma once

#include <string>
#include <string_view>

namespace cafka {

/// `x` without anything that ends a line or moves a terminal's cursor: control
/// characters become `\n`, `\t`, `\r` or `\x1b`, and bytes that are no UTF-8
/// `\xff`. All else stays as it is.
std::string escaped(std::string_view x);

/// Any byte as `\xff`, but for `\n`, `\t` and `\r`.
std::string escaped_byte(char x);

/// In quotes; what is escaped above is, and `"` and `\`, too.
std::string in_quotes(std::string_view x);

/// A value of a line's field: as it is where it is one word, else `in_quotes`.
std::string field_value(std::string_view x);

} // namespace cafka
