#include "actors/partition_worker/partition_worker.hpp"

#include "actors/partition_worker/handler_session.hpp"

#include <algorithm>
#include <utility>

namespace cafka::actors {

partition_worker_state::partition_worker_state(base* self,
                                               manager_actor manager,
                                               worker_settings settings)
  : self_(self),
    manager_(std::move(manager)),
    settings_(std::move(settings)),
    notice_(std::make_shared<revocation_notice>()),
    gate_(std::make_shared<compat::gate<worker_actor>>(worker_actor{self})) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::source_failed, text);
  });
  session_ = std::make_shared<handler_session>(
    settings_.factory,
    handler_context{*settings_.identity, settings_.init_args}, gate_);
  session_->former = settings_.memory->enter(settings_.id.tp, session_);
  settings_.memory->lanes().post(settings_.id.tp,
                                 [s = session_] { s->build(); });
}

partition_worker_state::~partition_worker_state() {
  settings_.source->on_ready({});
  gate_->close();
  session_->cancel();
  if (phase_ != phase::closing)
    post_close(false);
  compat::post(manager_, worker_released{settings_.id, unreported_});
}

worker_actor::behavior_type partition_worker_state::make_behavior() {
  return {
    [this](const redeliver& x) { on_redeliver(x); },
    [this](const read_source& x) { on_read_source(x); },
    [this](const window_freed& x) { on_window_freed(x); },
    [this](hold_delivery x) {
      held_ = x.on;
      pump();
    },
    [this](const drain_worker& x) { on_drain(x); },
    [this](fence_worker x) {
      close_reason_ = x.why;
      self_->quit();
    },
    [this](queue_ready) {
      more_ = true;
      pump();
    },
    [this](const handler_built& x) { on_built(x); },
    [this](const call_returned& x) { on_call_returned(x); },
    [this](handler_closed) { on_handler_closed(); },
  };
}

// -- messages ----------------------------------------------------------------------

void partition_worker_state::on_built(const handler_built& x) {
  if (phase_ != phase::building)
    return;
  if (x.code != errc::none) {
    fail(x.code, x.text);
    return;
  }
  phase_ = phase::ready;
  compat::post(manager_, worker_ready{settings_.id, -1});
}

void partition_worker_state::on_redeliver(const redeliver& x) {
  if (phase_ == phase::ready)
    call(x.what, false);
}

void partition_worker_state::on_read_source(const read_source& x) {
  reading_ = true;
  settings_.window.add(x.used);
  skip_ = x.skip;
  from_ = x.from;
  settings_.source->on_ready([g = gate_] { g->post(queue_ready{}); });
  pump();
}

void partition_worker_state::on_window_freed(const window_freed& x) {
  // Before `read_source` the window does not count yet: it comes with that.
  if (!reading_)
    return;
  settings_.window.free(x.amount);
  pump();
}

void partition_worker_state::on_call_returned(const call_returned& x) {
  phase_ = phase::ready;
  if (!x.begun)
    close(); // the drain was faster
  else if (!x.answer)
    fail(errc::handler_failed, x.text);
  else
    answer(*x.answer);
}

void partition_worker_state::on_drain(const drain_worker& x) {
  draining_ = true;
  close_reason_ = x.why;
  notice_->announce(x.deadline);
  session_->stop_calls();
  if (phase_ == phase::building || phase_ == phase::ready)
    close();
}

void partition_worker_state::on_handler_closed() {
  compat::post(manager_, worker_drained{settings_.id});
  self_->quit();
}

// -- what it does --------------------------------------------------------------------

void partition_worker_state::pump() {
  while (reading_ && more_ && !held_ && !draining_ && phase_ == phase::ready
         && settings_.window.open()) {
    unreported_ = true;
    auto got = settings_.source->drain(settings_.batch_size, settings_.window,
                                       skip_, from_);
    more_ = got.more;
    if (got.next)
      from_ = *got.next;
    auto can_go_on = report(got);
    if (got.block)
      call({std::make_shared<core::delivery>(got.block), {}}, true);
    unreported_ = false;
    if (!can_go_on)
      return;
  }
}

bool partition_worker_state::report(const core::fetched& x) {
  if (x.resolved_begin || (x.next && !x.block))
    compat::post(manager_, source_advanced{settings_.id, x.resolved_begin,
                                           x.block ? std::nullopt : x.next});
  if (x.out_of_range) {
    // The records before it, if any, still go to the handler.
    reading_ = false;
    compat::post(manager_, position_lost{settings_.id});
  }
  if (!x.error.empty())
    fail(errc::source_failed, x.error);
  return !x.out_of_range && x.error.empty();
}

void partition_worker_state::call(core::redelivery what, bool is_new) {
  phase_ = phase::calling;
  auto& block = what.from->block;
  if (is_new)
    settings_.window.add({block->size(), block->size_bytes()});
  auto delivery_count = what.from->calls.load() + 1;
  batch_ = std::make_shared<message_batch>(settings_.identity, notice_, block,
                                           std::move(what.indices),
                                           delivery_count);
  delivery_ = std::move(what.from);
  compat::post(manager_, call_begun{settings_.id, delivery_, is_new, from_});
  settings_.memory->lanes().post(settings_.id.tp,
                                 [s = session_, b = batch_, d = delivery_] {
                                   s->call(*b, *d);
                                 });
}

void partition_worker_state::answer(const handler_answer& x) {
  using kind = handler_answer::kind;
  if (x.what() == kind::failed) {
    fail(errc::handler_failed, x.cause());
    return;
  }
  auto batch = std::exchange(batch_, nullptr);
  auto through = batch->last_offset();
  if (x.what() == kind::ack_through) {
    through = x.offset();
    auto names_it = [&](const record& r) { return r.offset() == through; };
    if (std::none_of(batch->begin(), batch->end(), names_it)) {
      fail(errc::bad_answer, "ack_through(" + std::to_string(through)
                               + ") names no record of the batch "
                               + std::to_string(batch->first_offset()) + " to "
                               + std::to_string(batch->last_offset()));
      return;
    }
  }
  compat::post(manager_, call_ended{settings_.id, std::exchange(delivery_, {}),
                                    x.what(), through});
  if (draining_)
    close();
  else if (reading_)
    pump();
  else
    compat::post(manager_, worker_ready{settings_.id, batch->last_offset()});
}

void partition_worker_state::close() {
  phase_ = phase::closing;
  session_->cancel();
  post_close(true);
}

/// Behind a call that still runs. What `on_close` acks counts, so the worker
/// hears of the end on the way that its acks take.
void partition_worker_state::post_close(bool tell_me) {
  // Weak: the memory owns the lane.
  auto run = [s = session_, why = close_reason_, id = settings_.id,
              reports = settings_.reports, tell_me,
              weak = std::weak_ptr{settings_.memory}] {
    auto text = s->close(why);
    if (!text.empty())
      reports->post(close_failed{id, std::move(text)});
    if (auto memory = tell_me ? weak.lock() : nullptr)
      memory->behind_acks([g = s->gate] { g->post(handler_closed{}); });
  };
  settings_.memory->lanes().post(settings_.id.tp, std::move(run));
}

void partition_worker_state::fail(errc code, const std::string& text) {
  self_->quit(make_error(code, text));
}

} // namespace cafka::actors
