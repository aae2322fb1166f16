#pragma once

#include <string_view>

namespace cafka::kafka {

/// Which setting, of ours or of the broker, mends an error of this code; empty:
/// none does, or the words of the error say it.
std::string_view hint_of(int code);

} // namespace cafka::kafka
