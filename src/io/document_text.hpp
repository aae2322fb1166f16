#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace cafka::io {

/// Bytes that are no UTF-8 become U+FFFD. `Json`: `nlohmann::json`, or
/// `ordered_json`. `indent`: spaces per level; below 0: all on one line.
template <class Json>
std::string document_text(const Json& x, int indent = -1) {
  return x.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace cafka::io
