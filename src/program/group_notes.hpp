#pragma once

#include <cafka/group.hpp>

#include <functional>
#include <string>

namespace cafka::app {

/// Events that a person wants to see; the others are told in sum, or as what
/// a command is about.
bool is_worth_a_line(event_kind x);

/// For `group_options::log`: warnings and worse, and what programs write,
/// become a line for `note`, which is called by any thread and does not wait.
std::function<void(const log_record&)>
log_to(std::function<void(const std::string&)> note);

} // namespace cafka::app
