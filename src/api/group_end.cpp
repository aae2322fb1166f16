#include "actors/caf_compat.hpp"

#include <cafka/group.hpp>

#include <caf/scoped_actor.hpp>

#include <tuple>
#include <utility>

namespace cafka {

caf::error await_end(caf::actor_system& system, const group_actor& group) {
  caf::error result;
  compat::visit visit;
  caf::scoped_actor self{system};
  self->monitor(group);
  self->receive([&](const caf::down_msg& x) { result = x.reason; });
  if (result == caf::exit_reason::user_shutdown)
    return {};
  return result;
}

caf::error stop(caf::actor_system& system, const group_actor& group) {
  send(group, stop_group{});
  return await_end(system, group);
}

running_group::running_group(running_group&& x) noexcept
  : system_(x.system_), group_(std::exchange(x.group_, std::nullopt)) {
}

running_group::~running_group() {
  if (group_)
    std::ignore = stop();
}

caf::error running_group::stop() {
  auto group = std::exchange(group_, std::nullopt);
  return cafka::stop(*system_, *group);
}

} // namespace cafka
