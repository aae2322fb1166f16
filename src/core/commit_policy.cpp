#include "core/commit_policy.hpp"

#include <cassert>

namespace cafka::core {

void commit_policy::acked(std::size_t records, time_point now) noexcept {
  gathered_ += records;
  if (!since_)
    since_ = now;
  if (state_ == state::clean)
    transition_to(state::gathering);
}

bool commit_policy::due(time_point now) const noexcept {
  auto from = next_due();
  return from && now >= *from;
}

std::optional<time_point> commit_policy::next_due() const noexcept {
  if (state_ != state::gathering || (paused_ && !urgent_))
    return std::nullopt;
  if (urgent_ || gathered_ >= count_max_)
    return since_;
  return *since_ + interval_;
}

void commit_policy::sent() noexcept {
  assert(!in_flight());
  transition_to(state::in_flight);
  urgent_ = false;
  gathered_ = 0;
  since_.reset();
}

void commit_policy::answered(bool ok, time_point now) noexcept {
  assert(in_flight());
  if (!ok) {
    // Also what was acked meanwhile waits: it goes with the next request.
    gathered_ = 0;
    since_ = now;
  }
  transition_to(since_ ? state::gathering : state::clean);
}

void commit_policy::transition_to(state x) noexcept {
  state_ = x;
}

} // namespace cafka::core
