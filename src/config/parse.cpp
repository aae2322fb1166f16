#include "config/parse.hpp"

#include "config/nesting.hpp"
#include "config/repeats.hpp"
#include "config/shown_key.hpp"

#include <cafka/errors.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/pec.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace cafka {

namespace {

caf::expected<caf::settings> parse(const std::string& text) {
  std::istringstream in{text};
  return caf::actor_system_config::parse_config(in);
}

/// The number behind the last `word`.
std::string number_behind(const std::string& text, const std::string& word) {
  constexpr auto digits = "0123456789";
  auto from = text.find_first_of(digits, text.rfind(word));
  return from == std::string::npos
           ? "?"
           : text.substr(from, text.find_first_not_of(digits, from) - from);
}

/// CAF 0.17 ends its words with `"column" = 11, "line" = 2`, 1.1 with `line 2
/// column 11`.
std::string words_of(const caf::error& x) {
  auto text = caf::to_string(x);
  auto what = to_string(static_cast<caf::pec>(x.code()));
  std::replace(what.begin(), what.end(), '_', ' ');
  return fmt::format("line {}, column {}: {}", number_behind(text, "line"),
                     number_behind(text, "column"), what);
}

caf::error bad_syntax(const std::string& what) {
  return make_error(errc::invalid_config,
                    what
                      + " (one key = value per line, texts in quotes, "
                        "dictionaries in braces, no comments)");
}

caf::error too_deep(const text_place& at) {
  return make_error(errc::invalid_config,
                    fmt::format("line {}, column {}: nested deeper than {} "
                                "braces, brackets and dots",
                                at.line, at.column, nesting_max));
}

caf::error repeated(const std::vector<repeated_key>& keys) {
  std::string text;
  for (auto& x : keys)
    text += fmt::format("line {}: {} stands in line {} already; ", x.line,
                        shown_key(x.path), x.first_line);
  return make_error(errc::invalid_config,
                    text
                      + "of two CAF keeps one, so each key and each "
                        "dictionary stands once");
}

} // namespace

caf::expected<caf::settings> parse_config(const std::string& text) {
  if (auto at = place_too_deep(text))
    return too_deep(*at);
  auto result = parse(text);
  if (!result)
    return bad_syntax(words_of(result.error()));
  // CAF drops a dictionary that the file's end cuts off, without a word; only
  // then has one more brace a place.
  if (parse(text + "\n}\n"))
    return bad_syntax("the closing brace of a dictionary is missing");
  if (auto keys = repeated_keys(text); !keys.empty())
    return repeated(keys);
  return result;
}

} // namespace cafka
