#include "core/isolation.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

void isolation::begin(offset_t until) noexcept {
  if (!on())
    has_culprit_ = false;
  until_ = std::max(until, until_.value_or(until));
  go_on();
}

void isolation::kept(offset_t record, time_point now) noexcept {
  kept_ = record;
  since_ = now;
}

void isolation::go_on() noexcept {
  kept_.reset();
}

std::optional<time_point> isolation::deadline() const noexcept {
  if (!kept_ || ack_timeout_ == duration::zero())
    return std::nullopt;
  return since_ + ack_timeout_;
}

bool isolation::end() noexcept {
  until_.reset();
  go_on();
  return !std::exchange(has_culprit_, false);
}

} // namespace cafka::core
