#pragma once

#include "actors/caf_compat.hpp"
#include "actors/events/event_publisher.hpp"
#include "actors/partition_registry/partition_registry.hpp"

#include <cafka/config.hpp>
#include <cafka/operations.hpp>

#include <vector>

namespace cafka::actors {

// Operators' pauses are the registry's, so that they outlive the group's
// incarnations. The manager takes them, and between two incarnations the
// supervisor does. Both are told as events.

operation_reply
take_pause(partition_registry& registry, const group_config& config,
           event_publisher& publisher, const pause_partitions& x);

operation_reply
take_resume(partition_registry& registry, const group_config& config,
            event_publisher& publisher, const resume_partitions& x);

/// Those that hold, for the status.
std::vector<pause_status> pauses_of(partition_registry& registry);

} // namespace cafka::actors
