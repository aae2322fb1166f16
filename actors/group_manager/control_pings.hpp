#pragma once

#include "actors/messages.hpp"

#include <cafka/status.hpp>
#include <cafka/types.hpp>

#include <optional>

namespace cafka::actors {

class manager_context;
struct group_manager_parts;

/// Whether the manager's neighbours take messages: each is pinged, and again
/// once it has answered. Who asks the manager sees that it does itself.
class control_pings {
public:
  explicit control_pings(group_manager_parts& parts);

  /// Once a second.
  void look(time_point now);
  void on_pong(const pong& x);
  /// The producer has ended: the next one is pinged.
  void forget_producer() noexcept {
    producer_.reset();
  }
  void show(group_status& to, time_point now) const;

private:
  group_manager_parts& parts_;
  manager_context& context_;
  // When they were asked, while there is no answer.
  std::optional<time_point> coordinator_;
  std::optional<time_point> producer_;
};

} // namespace cafka::actors
