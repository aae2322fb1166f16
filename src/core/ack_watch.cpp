#include "core/ack_watch.hpp"

namespace cafka::core {

bool ack_watch::look(bool waits, std::int64_t passed, time_point now) noexcept {
  auto lasts = waits && since_ && passed == passed_;
  passed_ = passed;
  if (!lasts) {
    since_ = waits ? std::optional{now} : std::nullopt;
    told_ = 0;
    return false;
  }
  auto is_due = timeout_ > duration::zero()
                && now - *since_ >= timeout_ * (told_ + 1);
  if (is_due)
    ++told_;
  return is_due;
}

} // namespace cafka::core
