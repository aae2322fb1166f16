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

/// RFC 4648, with padding.
std::string base64_of(std::string_view bytes);

/// Adds the record as one JSON object in one line. Its members: topic,
/// partition, offset, timestamp (milliseconds or null), key, value, and headers,
/// a list of `{"name":…,"value":…}` in the order of the wire. A null stays null;
/// bytes in base64 are called `key_base64`, `value_base64`, `name_base64`.
void add_json_line(std::string& to, const record& x, bytes_form form);

} // namespace cafka::io
