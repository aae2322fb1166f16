#pragma once

/// For handlers of ours that have something to tell.

#include <cafka/group.hpp>

namespace cafka {

/// Tells `x` like the group's own events, to the observer and to subscribers.
/// Any thread; `group` is a handle of `find` or `spawn`, and of this process.
void publish(const group_actor& group, event x);

} // namespace cafka
