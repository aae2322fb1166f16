#pragma once

#include <caf/expected.hpp>
#include <caf/settings.hpp>

#include <string>

namespace cafka {

/// The settings that CAF's parser makes of the text of a config file, where it
/// makes something of all that stands there. The error is
/// `errc::invalid_config` with a text that names the line: wrong syntax, a key
/// that stands twice, more nesting than the parser's stack takes.
caf::expected<caf::settings> parse_config(const std::string& text);

} // namespace cafka
