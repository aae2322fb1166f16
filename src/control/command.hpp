#pragma once

#include "program/exit_code.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// `cafka ctl`: one look at the groups of a process, or one intent of an
/// operator, over the HTTP of that process. As in commands.hpp.
void add_ctl(CLI::App& program, exit_code& result);

/// `cafka top`: what `cafka ctl status` shows, again and again.
void add_top(CLI::App& program, exit_code& result);

} // namespace cafka::app
