#include "api/handler_events.hpp"

#include "actors/interfaces.hpp"

#include <caf/actor_cast.hpp>

#include <utility>

namespace cafka {

void publish(const group_actor& group, event x) {
  compat::post(caf::actor_cast<actors::supervisor_actor>(group),
               actors::handler_event{std::move(x)});
}

} // namespace cafka
