#pragma once

#include "demo/handler.hpp"
#include "demo/watch.hpp"
#include "kafka/mock_cluster.hpp"

#include <cafka/group.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace cafka::demo {

/// Of running handler calls, and then of standard output.
inline constexpr std::chrono::seconds stop_limit{5};

/// The supervised group of the demo, with the actor system and the mock cluster
/// that it runs in. What it works with outlives it.
class demo_group {
public:
  explicit demo_group(std::size_t partitions);
  /// Stops the group first, if it still runs.
  ~demo_group();
  demo_group(const demo_group&) = delete;
  demo_group& operator=(const demo_group&) = delete;

  /// `records` are about to come. Empty: it runs.
  caf::error start(handler_world world, group_watch& watch,
                   std::uint64_t records);
  /// An explicit ack to the group that runs.
  void send(const ack& x);
  /// Leaves the group in order, and waits until all of it is gone.
  void stop();

  const std::string& endpoints() const noexcept {
    return cluster_.endpoints();
  }
  static const std::string& topic();
  static const std::string& group_id();

private:
  // The cluster ends last: those who talk to it may have something to say yet.
  kafka::mock_cluster cluster_;
  std::unique_ptr<caf::actor_system_config> config_;
  std::unique_ptr<caf::actor_system> system_;
  bool running_ = false;
};

} // namespace cafka::demo
