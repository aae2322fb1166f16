#include "core/isolation.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

void isolation::begin(offset_t until) noexcept {
  if (!on())
    has_culprit_ = false;
  until_ = on() ? std::max(until, until_) : until;
  transition_to(state::calling);
}

void isolation::kept(offset_t record, time_point now) noexcept {
  kept_ = record;
  since_ = now;
  transition_to(state::waiting);
}

void isolation::go_on() noexcept {
  if (state_ == state::waiting)
    transition_to(state::calling);
}

std::optional<time_point> isolation::deadline() const noexcept {
  if (state_ != state::waiting || ack_timeout_ == duration::zero())
    return std::nullopt;
  return since_ + ack_timeout_;
}

bool isolation::end() noexcept {
  transition_to(state::off);
  return !std::exchange(has_culprit_, false);
}

void isolation::transition_to(state x) noexcept {
  state_ = x;
}

} // namespace cafka::core
