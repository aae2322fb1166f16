#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cafka::core {

/// `x` in at most `bytes_max` bytes, cut before a character and not within one.
/// Bytes that are no UTF-8 become U+FFFD, one each.
std::string utf8_text(std::string_view x, std::size_t bytes_max);

} // namespace cafka::core
