#pragma once

#include <string>

namespace cafka::app {

/// Whether who sits at the terminal wants what `text` says to be done. Without
/// a terminal nobody does, and it is told that `--yes` is required. `command`
/// stands in front of the question.
bool is_confirmed(const std::string& command, const std::string& text);

} // namespace cafka::app
