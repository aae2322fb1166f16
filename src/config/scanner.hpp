#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cafka {

/// Both from 1.
struct text_place {
  std::size_t line = 1;
  std::size_t column = 1;
};

/// Takes the text of a config file apart, as far as needed to see its keys and
/// how deep it is nested. Comments, blanks and URIs are passed over; strings
/// come whole. Nothing that CAF's parser reads as a brace or a bracket is
/// missed: what one of its versions takes for a comment is a syntax error of
/// the other.
class config_scanner {
public:
  enum class kind : char { word, string, newline, mark };
  struct token {
    kind what;
    std::string_view text; ///< a string's without its quotes
    text_place at;
    bool is(char mark) const {
      return what == kind::mark && text.front() == mark;
    }
  };

  explicit config_scanner(std::string_view text) : rest_(text) {
  }

  /// Nothing: the text has ended.
  std::optional<token> next();

private:
  void skip_blanks();
  void skip_to(std::string_view ends);
  token take(kind what, std::size_t size);
  token take_string();

  std::string_view rest_;
  text_place at_;
};

} // namespace cafka
