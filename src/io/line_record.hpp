#pragma once

#include <cafka/record.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafka::io {

/// How a line becomes a record.
struct line_rule {
  std::optional<std::size_t> key_field; ///< from 1
  std::string separator;                ///< between key and value; empty: none
  std::vector<std::pair<std::string, std::string>> headers;
  /// The text that stands for Kafka's null as a key, a value or a header's
  /// value.
  std::optional<std::string> null_marker;
};

struct line_record {
  optional_bytes key;
  optional_bytes value;
};

/// Views of `line`.
line_record record_of(std::string_view line, const line_rule& rule);

/// The headers that all lines have: views of the rule.
std::vector<header> headers_of(const line_rule& rule);

/// The text that the escapes \t, \0 and \\ of an argument stand for. Nothing: a
/// backslash stands before something else, or at the end.
std::optional<std::string> unescaped(std::string_view text);

} // namespace cafka::io
