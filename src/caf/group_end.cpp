#include <cafka/group.hpp>

#include <caf/scoped_actor.hpp>

namespace cafka {

caf::error await_end(caf::actor_system& system, const group_actor& group) {
  caf::error result;
  caf::scoped_actor self{system};
  self->monitor(group);
  self->receive([&](const caf::down_msg& x) { result = x.reason; });
  if (result == caf::exit_reason::user_shutdown)
    return {};
  return result;
}

caf::error stop(caf::actor_system& system, const group_actor& group) {
  compat::post(group, stop_group{});
  return await_end(system, group);
}

} // namespace cafka
