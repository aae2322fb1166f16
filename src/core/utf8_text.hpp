#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cafka::core {

/// `x` in at most `bytes_max` bytes, cut before a character and not within one.
/// Bytes that are no UTF-8 become U+FFFD, one each.
std::string utf8_text(std::string_view x, std::size_t bytes_max);

/// `x` for a terminal or a page: characters of UTF-8 stay, control characters
/// and bytes that are no UTF-8 become `\n`, `\t`, `\r` or `\x1b`.
std::string visible_text(std::string_view x);

} // namespace cafka::core
