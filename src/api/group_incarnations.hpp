#pragma once

/// For those that let the actors of a supervised group die: the demo and tests.

#include <cafka/group.hpp>

#include <functional>

namespace cafka {

/// The actors of one incarnation of a supervised group.
struct group_incarnation {
  caf::actor_addr manager;     ///< keeps the partitions
  caf::actor_addr coordinator; ///< owns the client
};

/// As `spawn`. `on_incarnation` is called at the start of every incarnation, on
/// the supervisor's thread.
caf::expected<group_actor>
spawn(caf::actor_system& system, group_options options,
      std::function<void(const group_incarnation&)> on_incarnation);

} // namespace cafka
