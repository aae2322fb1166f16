#include "core/utf8_text.hpp"

#include "core/text_field.hpp"

#include <array>

namespace cafka::core {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

/// The bytes that may begin a character of more than one byte, and what may
/// follow them first (table 3-7 of the Unicode standard); all others are 80 to
/// BF.
struct lead {
  unsigned char first;
  unsigned char last;
  std::size_t size;
  unsigned char second_first;
  unsigned char second_last;
};
constexpr std::array leads{
  lead{0xc2, 0xdf, 2, 0x80, 0xbf}, lead{0xe0, 0xe0, 3, 0xa0, 0xbf},
  lead{0xe1, 0xec, 3, 0x80, 0xbf}, lead{0xed, 0xed, 3, 0x80, 0x9f},
  lead{0xee, 0xef, 3, 0x80, 0xbf}, lead{0xf0, 0xf0, 4, 0x90, 0xbf},
  lead{0xf1, 0xf3, 4, 0x80, 0xbf}, lead{0xf4, 0xf4, 4, 0x80, 0x8f},
};

unsigned char byte_at(std::string_view x, std::size_t i) {
  return static_cast<unsigned char>(x[i]);
}

bool is_in(unsigned char x, unsigned char first, unsigned char last) {
  return first <= x && x <= last;
}

} // namespace

std::size_t character_size(std::string_view x) noexcept {
  auto first = byte_at(x, 0);
  if (first < 0x80)
    return 1;
  for (auto& lead : leads) {
    if (!is_in(first, lead.first, lead.last))
      continue;
    if (x.size() < lead.size
        || !is_in(byte_at(x, 1), lead.second_first, lead.second_last))
      return 0;
    for (std::size_t i = 2; i < lead.size; ++i)
      if (!is_in(byte_at(x, i), 0x80, 0xbf))
        return 0;
    return lead.size;
  }
  return 0;
}

bool is_control(std::string_view character) noexcept {
  constexpr unsigned char del = 0x7f;
  constexpr auto c1_lead = '\xc2';
  auto last = byte_at(character, character.size() - 1);
  if (character.size() == 1)
    return last < ' ' || last == del;
  return character.size() == 2 && character[0] == c1_lead && last < 0xa0;
}

std::string utf8_text(std::string_view x, std::size_t bytes_max) {
  std::string result;
  while (!x.empty()) {
    auto size = character_size(x);
    auto next = size == 0 ? replacement : x.substr(0, size);
    if (result.size() + next.size() > bytes_max)
      break;
    result += next;
    x.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string visible_text(std::string_view x) {
  std::string result;
  while (!x.empty()) {
    auto size = character_size(x);
    result += size == 0 ? escaped_byte(x[0]) : escaped(x.substr(0, size));
    x.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

} // namespace cafka::core
