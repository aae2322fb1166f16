#pragma once

#include <cafka/record.hpp>

#include <string>
#include <string_view>

namespace cafka::io {

/// How the bytes of keys, values and headers stand in JSON.
enum class bytes_form {
  text,   ///< as a string where they are UTF-8, else in base64
  base64, ///< always in base64
};

/// Adds the record as one JSON object in one line. Its members: topic,
/// partition, offset, timestamp (milliseconds or null), key, value, and
/// headers, a list of `{"name":…,"value":…}` in the order of the wire. A null
/// stays null; bytes in base64 are called `key_base64`, `value_base64`,
/// `name_base64`.
void add_json_line(std::string& to, const record& x, bytes_form form);

/// Adds the members from `offset` to `headers` alone, in between the braces of
/// an object of the caller's.
void add_json_members(std::string& to, const record& x, bytes_form form);

/// `bytes` as a string in JSON, with its quotes. What is no UTF-8 becomes
/// U+FFFD.
std::string json_text(std::string_view bytes);
/// As above, as plain text.
std::string utf8_of(std::string_view bytes);

} // namespace cafka::io
