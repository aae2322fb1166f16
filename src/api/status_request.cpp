#include "api/status_request.hpp"

#include "actors/caf_compat.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>

#include <utility>

namespace cafka {

void ask_status(caf::actor_system& system, const group_actor& group,
                std::chrono::milliseconds timeout,
                std::function<void(caf::expected<group_status>)> tell) {
  compat::visit visit;
  // It has no behavior, so that it ends behind the answer.
  system.spawn(
    [group, timeout, tell = std::move(tell)](caf::event_based_actor* self) {
      compat::request(self, group, caf::timespan{timeout}, get_status{})
        .then([tell](group_status& x) { tell(std::move(x)); },
              [tell](caf::error& why) { tell(std::move(why)); });
    });
}

} // namespace cafka
