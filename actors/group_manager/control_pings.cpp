#include "actors/group_manager/control_pings.hpp"

#include "actors/group_manager/group_manager_parts.hpp"

#include <chrono>

namespace cafka::actors {

namespace {

void show_silence(group_status& to, std::optional<time_point> asked,
                  const char* who, time_point now) {
  if (!asked)
    return;
  auto silent
    = std::chrono::duration_cast<std::chrono::milliseconds>(now - *asked);
  if (silent.count() <= to.silent_ms)
    return;
  to.silent_ms = silent.count();
  to.silent_actor = who;
}

} // namespace

control_pings::control_pings(group_manager_parts& parts)
  : parts_(parts), context_(parts.context) {
}

void control_pings::look(time_point now) {
  if (!coordinator_) {
    coordinator_ = now;
    compat::post(context_.coordinator, ping{});
  }
  if (!producer_ && parts_.writes.ping())
    producer_ = now;
}

void control_pings::on_pong(const pong& x) {
  (x.from == pong::actor::coordinator ? coordinator_ : producer_).reset();
}

void control_pings::show(group_status& to, time_point now) const {
  show_silence(to, coordinator_, "group_coordinator", now);
  show_silence(to, producer_, "group_producer", now);
}

} // namespace cafka::actors
