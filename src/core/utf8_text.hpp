#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cafka::core {

/// The size of the UTF-8 character that `x`, which is not empty, begins with;
/// 0: its first byte begins none.
std::size_t character_size(std::string_view x) noexcept;

/// Of such a character: it ends a line, moves a terminal's cursor, or the like:
/// U+0000 to U+001F, U+007F to U+009F.
bool is_control(std::string_view character) noexcept;

/// `x` in at most `bytes_max` bytes, cut before a character and not within one.
/// Bytes that are no UTF-8 become U+FFFD, one each.
std::string utf8_text(std::string_view x, std::size_t bytes_max);

/// `x` for a terminal or a page: characters of UTF-8 stay, control characters
/// and bytes that are no UTF-8 become `\n`, `\t`, `\r` or `\x1b`.
std::string visible_text(std::string_view x);

} // namespace cafka::core
