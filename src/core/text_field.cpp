#include "core/text_field.hpp"

#include "core/utf8_text.hpp"

#include <algorithm>

namespace cafka {

namespace {

constexpr std::string_view blanks_and_marks = " \"\\=";

void add_escape(std::string& to, char x) {
  if (x == '\n')
    to += "\\n";
  else if (x == '\t')
    to += "\\t";
  else if (x == '\r')
    to += "\\r";
  else {
    constexpr auto digits = "0123456789abcdef";
    auto byte = static_cast<unsigned char>(x);
    to += "\\x";
    to += digits[byte / 16];
    to += digits[byte % 16];
  }
}

void add_escaped(std::string& to, std::string_view character,
                 std::string_view marks) {
  if (marks.find(character[0]) != std::string_view::npos)
    to += '\\';
  to += character;
}

std::string escape(std::string_view x, std::string_view marks) {
  std::string result;
  result.reserve(x.size());
  while (!x.empty()) {
    auto size = core::character_size(x);
    auto next = x.substr(0, std::max<std::size_t>(size, 1));
    if (size == 0 || core::is_control(next))
      for (auto byte : next)
        add_escape(result, byte);
    else
      add_escaped(result, next, marks);
    x.remove_prefix(next.size());
  }
  return result;
}

} // namespace

std::string escaped(std::string_view x) {
  return escape(x, {});
}

std::string escaped_byte(char x) {
  std::string result;
  add_escape(result, x);
  return result;
}

std::string in_quotes(std::string_view x) {
  return '"' + escape(x, "\"\\") + '"';
}

std::string field_value(std::string_view x) {
  auto is_word = !x.empty()
                 && x.find_first_of(blanks_and_marks) == std::string_view::npos
                 && escaped(x).size() == x.size();
  return is_word ? std::string{x} : in_quotes(x);
}

} // namespace cafka
