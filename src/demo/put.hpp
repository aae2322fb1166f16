#pragma once

#include <chrono>
#include <string>

namespace cafka::demo {

/// Text for standard output, behind all that was put before, for commands that
/// end in order at a signal. Does not wait; what waits takes memory, so it is
/// for some lines a second.
void put(const std::string& text);

/// Nobody has taken yet all that was put.
bool is_put_waiting();

/// Waits until all that was put is written: without end as long as no stop
/// signal comes, and then for `limit`. Empty: done, else why not.
std::string await_put(std::chrono::milliseconds limit);

} // namespace cafka::demo
