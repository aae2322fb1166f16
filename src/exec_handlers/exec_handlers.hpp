#pragma once

#include "exec_handlers/exec_group.hpp"

#include <memory>

namespace cafka::exec_handlers {

/// The handlers of a group whose handler is a program.
handler_factory make_exec_handlers(std::shared_ptr<exec_group> group);

/// As `set_exec_handler`. `system`: null where no group runs, but somebody
/// calls the handlers; what they say between their calls counts for nothing
/// then.
caf::error set_handler(caf::actor_system* system, group_options& options,
                       exec_options what);

} // namespace cafka::exec_handlers
