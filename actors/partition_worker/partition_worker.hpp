#pragma once

#include "actors/interfaces.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <memory>

namespace cafka::actors {

/// What supervision needs of one worker incarnation: it is monitored, drained
/// and ended. What the incarnation does is the delivery loop's. However it
/// ends, its state's destructor ends the loop and has the handler closed on the
/// strand, behind a call that still runs.
class partition_worker_state {
public:
  static constexpr const char* name = "cafka.partition_worker";
  using base = worker_actor::base;

  partition_worker_state(base* self, std::shared_ptr<delivery_loop> loop);
  ~partition_worker_state();
  partition_worker_state(const partition_worker_state&) = delete;
  partition_worker_state& operator=(const partition_worker_state&) = delete;

  worker_actor::behavior_type make_behavior();

private:
  base* self_;
  std::shared_ptr<delivery_loop> loop_;
  close_reason close_reason_ = close_reason::failed;
};

using partition_worker
  = compat::actor_of<partition_worker_state, worker_actor::base>;

} // namespace cafka::actors
