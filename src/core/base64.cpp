#include "core/base64.hpp"

#include <cstddef>

namespace cafka::core {

namespace {

constexpr std::string_view base64_digits
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string base64_of(std::string_view bytes) {
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto part = bytes.substr(i, 3);
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8
             | (j < part.size() ? static_cast<unsigned char>(part[j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      result += j <= part.size() ? base64_digits[bits >> (18 - 6 * j) & 63u]
                                 : '=';
  }
  return result;
}

std::optional<std::string> bytes_of_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return std::nullopt;
  std::string result;
  result.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    auto part = text.substr(i, 4);
    // Only the last four may be padded, by one or two.
    auto is_last = i + 4 == text.size();
    std::size_t padding = 0;
    if (is_last && part[3] == '=')
      padding = part[2] == '=' ? 2 : 1;
    unsigned bits = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      auto digit = j + padding < 4 ? base64_digits.find(part[j]) : 0;
      if (digit == std::string_view::npos)
        return std::nullopt;
      bits = bits << 6 | static_cast<unsigned>(digit);
    }
    for (std::size_t j = 0; j + padding < 3; ++j)
      result += static_cast<char>(bits >> (16 - 8 * j) & 0xffu);
  }
  return result;
}

} // namespace cafka::core
