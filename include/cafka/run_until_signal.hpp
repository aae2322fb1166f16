#pragma once

#include <cafka/group_actor.hpp>

#include <caf/fwd.hpp>

#include <vector>

namespace cafka {

/// The last line of a program with a `main` of its own; `cafka/main.hpp` is for
/// one without. Blocks, without a time-out, until SIGTERM, SIGINT or SIGHUP
/// comes or one of `groups` terminates. Then it stops all of them: running
/// handler calls finish, acked offsets are committed, the groups are left. Part
/// of the library `cafka::cafka`.
///
/// Returns the exit code for `main`: 0 after an orderly stop, 4 where a group
/// gave up, 5 where a handler call ran on after `stop-timeout`. Such a call
/// still runs then, and the destructor of `system` may wait for it: leave with
/// `std::_Exit`.
///
/// A second signal ends the process at once, with 128 + its number. A SIGHUP
/// that is ignored, as under nohup, stays ignored. Until the return a signal
/// may interrupt a system call of any thread, which is restarted where that is
/// possible (SA_RESTART); a program that blocks the three signals before it
/// makes its first thread has no interrupted calls.
///
/// Do not call from an actor of `system` or from a handler: it would deadlock.
/// One call at a time in a process.
int run_until_signal(caf::actor_system& system,
                     const std::vector<group_actor>& groups);

} // namespace cafka
