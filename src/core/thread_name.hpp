#pragma once

#include <string>

#include <pthread.h>

namespace cafka::core {

/// The calling thread is `cafka/x` in top, perf and a debugger from now on; the
/// system takes 15 characters in all.
inline void name_this_thread(const std::string& x) noexcept {
  pthread_setname_np(pthread_self(), ("cafka/" + x).c_str());
}

} // namespace cafka::core
