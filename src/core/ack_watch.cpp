#include "core/ack_watch.hpp"

#include <utility>

namespace cafka::core {

bool ack_watch::look(bool waits, std::int64_t passed, time_point now) noexcept {
  auto is_acked = std::exchange(passed_, passed) != passed;
  if (!waits) {
    transition_to(state::quiet, now);
    return false;
  }
  if (state_ == state::quiet || is_acked) {
    transition_to(state::waiting, now);
    return false;
  }
  if (timeout_ == duration::zero() || now - since_ < timeout_ * (told_ + 1))
    return false;
  transition_to(state::overdue, now);
  return true;
}

void ack_watch::transition_to(state x, time_point now) noexcept {
  state_ = x;
  if (x != state::overdue)
    since_ = now;
  told_ = x == state::overdue ? told_ + 1 : 0;
}

} // namespace cafka::core
