#pragma once

namespace cafka::io {

/// From now on this process may open as many files as its hard limit allows: a
/// group has a connection to each of its brokers, and the soft limit is often
/// 1,024 for the sake of programs that use select(2). Where it cannot be raised
/// it stays.
void raise_file_limit() noexcept;

} // namespace cafka::io
