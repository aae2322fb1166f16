#include "api/control_threads.hpp"

#include "actors/caf_compat.hpp"
#include "core/thread_name.hpp"

#include <cafka/group.hpp>

#include <algorithm>
#include <thread>

namespace cafka {

void use_control_threads(caf::actor_system_config& cfg, std::size_t groups) {
  std::size_t most = std::max(std::thread::hardware_concurrency(), 1u);
  wait_for_work(cfg);
  compat::set_scheduler_threads(cfg, std::clamp<std::size_t>(groups, 1, most));
  compat::on_thread_started(cfg, [] { core::name_this_thread("control"); });
}

} // namespace cafka
