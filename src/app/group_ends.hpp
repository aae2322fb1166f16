#pragma once

#include <cafka/group.hpp>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace cafka::app {

/// Tells which of the watched groups have ended, and why.
class group_ends {
public:
  using reasons = std::map<std::string, caf::error>;

  /// The watcher is an actor of `system`, which outlives this.
  explicit group_ends(caf::actor_system& system);
  ~group_ends();
  group_ends(const group_ends&) = delete;
  group_ends& operator=(const group_ends&) = delete;

  void watch(const std::string& name, const group_actor& group);
  /// Of all that have ended; waits up to `limit` until there are `count`.
  reasons wait(std::size_t count, std::chrono::milliseconds limit);

private:
  struct shared {
    std::mutex mutex;
    std::condition_variable changed;
    reasons ended;
  };
  struct watcher;

  std::shared_ptr<shared> shared_;
  caf::actor_system& system_;
  std::vector<caf::actor> watchers_;
};

} // namespace cafka::app
