#pragma once

/// The events of a group, as lines of a log.

#include "core/log_line.hpp"

#include <cafka/group.hpp>

namespace cafka {

/// How much an event matters: a group or a partition that stopped is an error,
/// a warning is what `is_warning` says; of the others `debug` are those that
/// are told in sum by another, or come all the time.
int level_of(event_kind x) noexcept;

core::log_line line_of(const event& x);

/// `event=log`, and the facility as a field.
core::log_line line_of(const log_record& x);

} // namespace cafka
