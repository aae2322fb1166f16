#include "app/group_ends.hpp"

namespace cafka::app {

void group_ends::watch(const std::string& name, const group_actor& group) {
  group->attach_functor([name, to = shared_](const caf::error& why) {
    {
      std::lock_guard guard{to->mutex};
      to->ended.emplace(name, why);
    }
    to->changed.notify_all();
  });
}

group_ends::reasons group_ends::wait(std::size_t count,
                                     std::chrono::milliseconds limit) {
  std::unique_lock guard{shared_->mutex};
  shared_->changed.wait_for(guard, limit,
                            [&] { return shared_->ended.size() >= count; });
  return shared_->ended;
}

} // namespace cafka::app
