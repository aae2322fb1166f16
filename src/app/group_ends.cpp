#include "app/group_ends.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>

namespace cafka::app {

/// One actor per group: it monitors it, and is done when it has ended.
struct group_ends::watcher {
  static constexpr const char* name = "group_ends";

  watcher(caf::event_based_actor* self, const std::string& group_name,
          const group_actor& group, const std::shared_ptr<shared>& to)
    : monitors(self) {
    monitors.add(group, [self, group_name, to](const caf::error& why) {
      {
        std::lock_guard guard{to->mutex};
        to->ended.emplace(group_name, why);
      }
      to->changed.notify_all();
      self->quit();
    });
  }
  caf::behavior make_behavior() {
    return {[](stop_group) {}}; // one that expects nothing would end at once
  }

  compat::monitors<caf::event_based_actor> monitors;
};

group_ends::group_ends(caf::actor_system& system)
  : shared_(std::make_shared<shared>()), system_(system) {
}

group_ends::~group_ends() {
  for (auto& x : watchers_)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
}

void group_ends::watch(const std::string& name, const group_actor& group) {
  watchers_.push_back(
    system_.spawn<compat::actor_of<watcher>>(name, group, shared_));
}

group_ends::reasons group_ends::wait(std::size_t count,
                                     std::chrono::milliseconds limit) {
  std::unique_lock guard{shared_->mutex};
  shared_->changed.wait_for(guard, limit,
                            [&] { return shared_->ended.size() >= count; });
  return shared_->ended;
}

} // namespace cafka::app
