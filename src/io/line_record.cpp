#include "io/line_record.hpp"

#include "io/fields.hpp"

namespace cafka::io {

namespace {

optional_bytes with_null(optional_bytes x, const line_rule& rule) {
  if (x && rule.null_marker && *x == *rule.null_marker)
    return std::nullopt;
  return x;
}

std::optional<char> meaning_of(char escape) {
  switch (escape) {
    case 't':
      return '\t';
    case '0':
      return '\0';
    case '\\':
      return '\\';
    default:
      return std::nullopt;
  }
}

} // namespace

line_record record_of(std::string_view line, const line_rule& rule) {
  line_record result{std::nullopt, line};
  if (rule.key_field) {
    if (auto field = nth_field(line, *rule.key_field); !field.empty())
      result.key = field;
  } else if (auto at = line.find(rule.separator);
             !rule.separator.empty() && at != std::string_view::npos) {
    result.key = line.substr(0, at);
    result.value = line.substr(at + rule.separator.size());
  }
  return {with_null(result.key, rule), with_null(result.value, rule)};
}

std::vector<header> headers_of(const line_rule& rule) {
  std::vector<header> result;
  for (auto& [name, value] : rule.headers)
    result.push_back({name, with_null(value, rule)});
  return result;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      result += text[i];
      continue;
    }
    auto meant = ++i < text.size() ? meaning_of(text[i]) : std::nullopt;
    if (!meant)
      return std::nullopt;
    result += *meant;
  }
  return result;
}

} // namespace cafka::io
