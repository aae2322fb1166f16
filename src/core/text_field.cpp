#include "core/text_field.hpp"

namespace cafka {

namespace {

constexpr unsigned char del = 0x7f;
constexpr std::string_view blanks_and_marks = " \"\\=";

/// The control characters of ASCII.
bool is_control(char x) {
  auto byte = static_cast<unsigned char>(x);
  return byte < ' ' || byte == del;
}

/// U+0080 to U+009F, in UTF-8.
bool is_wide_control(std::string_view x) {
  return x.size() > 1 && x[0] == '\xc2'
         && static_cast<unsigned char>(x[1]) < 0xa0;
}

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

std::string escape(std::string_view x, std::string_view marks) {
  std::string result;
  result.reserve(x.size());
  for (; !x.empty(); x.remove_prefix(1)) {
    if (is_wide_control(x)) {
      add_escape(result, x[0]);
      add_escape(result, x[1]);
      x.remove_prefix(1);
    } else if (is_control(x[0])) {
      add_escape(result, x[0]);
    } else {
      if (marks.find(x[0]) != std::string_view::npos)
        result += '\\';
      result += x[0];
    }
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
