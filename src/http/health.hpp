#pragma once

#include "http/access.hpp"
#include "http/snapshot.hpp"

/// What machines that watch a process ask for.
namespace cafka::http {

/// 503 where a restart of the process may help: a supervisor gave up, or a
/// control actor, which is a group's supervisor, manager, coordinator or
/// producer, did not answer for 30 s.
response livez(const snapshot& x);

/// 503 until each group was in its group once, and while one knows of no
/// broker. A member without partitions is ready.
response readyz(const snapshot& x);

/// 503 where one of the two has it, or a partition is unhealthy; `verbose`:
/// JSON that says why.
response healthz(const snapshot& x, bool verbose);

} // namespace cafka::http
