#pragma once

#include <caf/fwd.hpp>

#include <cstddef>

namespace cafka {

/// For a program whose actors are those of so many groups: the scheduler has as
/// many threads as they can use, named `cafka/control`, which wait for work.
/// CAF alone starts four at least, which wake each other for messages that one
/// of them takes in microseconds. Not for groups whose handlers run there.
void use_control_threads(caf::actor_system_config& cfg, std::size_t groups);

} // namespace cafka
