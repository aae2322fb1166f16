#pragma once

#include <cstddef>
#include <string_view>

namespace cafka::io {

/// Takes the first field off `rest`; empty: there is none left. Fields are
/// divided by white space.
std::string_view next_field(std::string_view& rest) noexcept;

/// The field of this number, counted from 1; empty: there is none.
std::string_view nth_field(std::string_view line, std::size_t n) noexcept;

} // namespace cafka::io
