#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

partition_worker_state::partition_worker_state(
  base* self, std::shared_ptr<delivery_loop> loop)
  : self_(self), loop_(std::move(loop)) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::source_failed, text);
  });
}

partition_worker_state::~partition_worker_state() {
  loop_->end();
  loop_->close_handler(close_reason_);
}

worker_actor::behavior_type partition_worker_state::make_behavior() {
  return {
    [this](const drain_worker& x) {
      close_reason_ = x.why;
      loop_->drain(x.deadline, x.why);
    },
    [this](fence_worker x) {
      close_reason_ = x.why;
      self_->quit();
    },
  };
}

} // namespace cafka::actors
