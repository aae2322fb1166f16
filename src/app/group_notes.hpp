#pragma once

#include "app/note_queue.hpp"

#include <cafka/group.hpp>

#include <functional>
#include <memory>

namespace cafka::app {

/// Events that a person wants to see; the others are told in sum, or as what
/// a command is about.
bool is_worth_a_line(event_kind x);

/// For `group_options::log`: warnings and worse become notes.
std::function<void(const log_record&)>
log_to(std::shared_ptr<note_queue> notes);

/// True: standard error takes a line now, or none ever again.
bool error_is_ready();

} // namespace cafka::app
