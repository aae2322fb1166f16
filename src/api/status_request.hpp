#pragma once

#include <cafka/group_actor.hpp>
#include <cafka/status.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <functional>

namespace cafka {

/// Asks `group`, of `system`, how it is, and does not wait: `tell` is called
/// once with the answer, on an actor's thread. An error says that none came
/// within `timeout`, or that the group has ended.
void ask_status(caf::actor_system& system, const group_actor& group,
                std::chrono::milliseconds timeout,
                std::function<void(caf::expected<group_status>)> tell);

} // namespace cafka
