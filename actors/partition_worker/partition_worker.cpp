#include "actors/partition_worker/partition_worker.hpp"

#include "actors/partition_registry/handler_session.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <utility>

namespace cafka::actors {

partition_worker_state::partition_worker_state(base* self,
                                               manager_actor manager,
                                               worker_settings settings)
  : self_(self),
    manager_(std::move(manager)),
    settings_(std::move(settings)),
    gate_(std::make_shared<compat::gate<worker_actor>>(worker_actor{self})) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::source_failed, text);
  });
  session_ = std::make_shared<handler_session>(
    settings_.id, settings_.factory,
    handler_context{*settings_.identity, settings_.init_args},
    settings_.reports);
  loop_ = std::make_shared<delivery_loop>(settings_, session_, gate_);
  session_->former = settings_.registry->enter(settings_.id.tp, session_);
  loop_->begin();
}

partition_worker_state::~partition_worker_state() {
  loop_->close();
  gate_->close();
  session_->cancel();
  if (phase_ != phase::closing)
    post_close(false);
  compat::post(manager_, worker_released{settings_.id});
}

worker_actor::behavior_type partition_worker_state::make_behavior() {
  return {
    [this](const redeliver& x) { loop_->redeliver(x.what); },
    [this](const read_source& x) { loop_->read(x); },
    [this](hold_delivery x) { loop_->hold(x.on); },
    [this](const drain_worker& x) { on_drain(x); },
    [this](fence_worker x) {
      close_reason_ = x.why;
      self_->quit();
    },
    [this](const call_returned& x) { on_call_returned(x); },
    [this](handler_closed) { on_handler_closed(); },
  };
}

// -- messages ----------------------------------------------------------------------

void partition_worker_state::on_call_returned(const call_returned& x) {
  if (x.code != errc::none)
    self_->quit(make_error(x.code, x.text));
  else if (phase_ == phase::stopping)
    close();
}

void partition_worker_state::on_drain(const drain_worker& x) {
  close_reason_ = x.why;
  auto calls = loop_->stop(x.deadline);
  if (phase_ != phase::delivering)
    return;
  if (calls)
    phase_ = phase::stopping;
  else
    close();
}

void partition_worker_state::on_handler_closed() {
  compat::post(manager_, worker_drained{settings_.id});
  self_->quit();
}

// -- what it does --------------------------------------------------------------------

void partition_worker_state::close() {
  phase_ = phase::closing;
  session_->cancel();
  post_close(true);
}

/// Behind a call that still runs. What `on_close` acks counts, so the worker
/// hears of the end on the way that its acks take.
void partition_worker_state::post_close(bool tell_me) {
  // Weak: the registry owns the strand.
  auto run = [s = session_, why = close_reason_, g = gate_, tell_me,
              weak = std::weak_ptr{settings_.registry}] {
    s->close(why);
    if (auto registry = tell_me ? weak.lock() : nullptr)
      registry->behind_acks([g] { g->post(handler_closed{}); });
  };
  settings_.registry->strands().post(settings_.id.tp, std::move(run));
}

} // namespace cafka::actors
