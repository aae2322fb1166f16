#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cafka::core {

/// RFC 4648, with padding.
std::string base64_of(std::string_view bytes);
/// The bytes that `text` stands for; nothing: it is no base64 with padding.
std::optional<std::string> bytes_of_base64(std::string_view text);

} // namespace cafka::core
