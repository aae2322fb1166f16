#pragma once

#include <functional>
#include <thread>
#include <utility>

namespace cafka::core {

/// Begins a thread that runs the function. Throws `std::system_error` where the
/// system gives none, for it limits how many a user or a container may have.
using thread_factory = std::function<std::thread(std::function<void()>)>;

inline std::thread make_thread(std::function<void()> f) {
  return std::thread{std::move(f)};
}

} // namespace cafka::core
