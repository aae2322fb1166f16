#pragma once

#include "http/snapshot.hpp"

#include <caf/fwd.hpp>

#include <chrono>
#include <memory>

namespace cafka::http {

/// Keeps a snapshot of all groups that run in a system: it asks each for its
/// status once a second, and hears its events. Thread safe. Must end before the
/// system.
class group_watch {
public:
  explicit group_watch(caf::actor_system& system);
  ~group_watch();
  group_watch(const group_watch&) = delete;
  group_watch& operator=(const group_watch&) = delete;

  /// What is known. Waits for nobody.
  snapshot look() const;
  /// The same after each group was asked anew, or after `limit`.
  snapshot look_anew(std::chrono::milliseconds limit);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::http
