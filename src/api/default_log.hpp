#pragma once

#include "core/log_line.hpp"

namespace cafka {

/// Where the lines of a group go that has no `log` of its own: to standard
/// error, as logfmt. Never waits: while nobody reads there, lines are dropped,
/// and how many is told as soon as there is room. Any thread.
void write_default_log(const core::log_line& x);

} // namespace cafka
