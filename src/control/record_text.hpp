#pragma once

#include <string>
#include <string_view>

namespace cafka::control {

/// What `/api/record` answers, as lines for people; empty: it is something
/// else.
std::string record_text(std::string_view json);

} // namespace cafka::control
