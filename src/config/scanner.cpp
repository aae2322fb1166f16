#include "config/scanner.hpp"

#include <algorithm>
#include <cctype>

namespace cafka {

namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'
         || c == '_';
}

} // namespace

std::optional<config_scanner::token> config_scanner::next() {
  skip_blanks();
  if (rest_.empty())
    return std::nullopt;
  auto c = rest_.front();
  if (c == '\n')
    return take(kind::newline, 1);
  if (c == '"' || c == '\'')
    return take_string();
  auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word);
  if (end != rest_.begin())
    return take(kind::word, static_cast<std::size_t>(end - rest_.begin()));
  return take(kind::mark, 1);
}

/// Comments begin with `;` in CAF 0.17, and with `#` in 1.1. No URI holds a
/// brace, but one may hold either.
void config_scanner::skip_blanks() {
  constexpr std::string_view blanks = " \t\r\f\v";
  while (!rest_.empty()) {
    auto c = rest_.front();
    if (blanks.find(c) != std::string_view::npos)
      take(kind::mark, 1);
    else if (c == ';' || c == '#')
      skip_to("\n");
    else if (c == '<')
      skip_to(">");
    else
      return;
  }
}

void config_scanner::skip_to(std::string_view ends) {
  take(kind::mark, std::min(rest_.find_first_of(ends), rest_.size()));
}

config_scanner::token config_scanner::take(kind what, std::size_t size) {
  token result{what, rest_.substr(0, size), at_};
  for (auto c : result.text)
    if (c == '\n')
      at_ = {at_.line + 1, 1};
    else
      ++at_.column;
  rest_.remove_prefix(size);
  return result;
}

/// One that is not closed in its line is a syntax error there.
config_scanner::token config_scanner::take_string() {
  auto quote = rest_.front();
  std::size_t end = 1;
  while (end < rest_.size() && rest_[end] != quote && rest_[end] != '\n')
    end += rest_[end] == '\\' && end + 1 < rest_.size() ? 2 : 1;
  auto is_closed = end < rest_.size() && rest_[end] == quote;
  auto result = take(kind::string, end + (is_closed ? 1 : 0));
  result.text = result.text.substr(1, end - 1);
  return result;
}

} // namespace cafka
