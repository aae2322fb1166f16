/// What happens when a worker begins, dies, and has a successor.

#include "actors/group_manager/worker_supervision.hpp"

#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_worker/delivery_loop.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

worker_supervision::worker_supervision(group_manager_parts& parts,
                                       worker_factory make_worker)
  : parts_(parts),
    context_(parts.context),
    make_worker_(std::move(make_worker)) {
}

// -- an incarnation begins, and is given records ------------------------------

void worker_supervision::spawn(const topic_partition& tp, held_partition& x) {
  auto incarnation = x.machine.begin_incarnation();
  auto first = x.machine.next_step(-1);
  core::worker_turns turns{!first.again};
  auto loop = make_loop(tp, x, std::move(first));
  auto handle = make_worker_ ? make_worker_(loop)
                             : context_.self->spawn<partition_worker>(loop);
  context_.monitors.add(handle,
                        [this, id = loop->id()](const caf::error& cause) {
                          on_down(id, cause);
                        });
  x.worker = held_partition::worker_link{loop->id(), std::move(handle), loop,
                                         turns};
  // The handler's constructor may block, too.
  x.machine.call_begun(context_.now());
  context_.publish(event_kind::worker_started, tp, x.machine.gen(), -1,
                   incarnation);
  x.worker->loop->hold(x.machine.is_paused(core::pause_reason::ack_ranges));
  x.worker->loop->pause(x.is_paused());
  x.worker->loop->begin();
}

std::shared_ptr<delivery_loop>
worker_supervision::make_loop(const topic_partition& tp,
                              const held_partition& x,
                              core::delivery_step first) {
  auto& cfg = context_.config();
  delivery_settings settings;
  settings.id = {tp, x.machine.gen(), x.machine.incarnation()};
  settings.identity = x.identity;
  settings.source = x.source;
  settings.factory = context_.options->handler;
  settings.init_args = cfg.handler_init_args;
  settings.registry = context_.registry;
  settings.batch_size = cfg.batch_size;
  settings.window = x.window;
  settings.window.add(x.machine.retained());
  settings.first = std::move(first);
  settings.counts_exactly = x.machine.failing_offset().has_value();
  settings.outputs_bytes_max = cfg.outputs_max_bytes;
  return std::make_shared<delivery_loop>(std::move(settings));
}

void worker_supervision::deliver(held_partition& x, offset_t after) {
  if (x.is_paused() || x.machine.waits_for_ack() || x.has_full_outputs()) {
    x.worker->turns.wait(after);
    return;
  }
  auto step = x.machine.next_step(after);
  // Else it is read when it was moved.
  if (step.again || x.machine.state() == partition_state::running
      || x.machine.state() == partition_state::isolating)
    go_on(x, std::move(step));
}

void worker_supervision::deliver_if_waiting(held_partition& x) {
  if (!x.has_running_worker())
    return;
  if (auto after = x.worker->turns.take_wait())
    deliver(x, *after);
}

void worker_supervision::go_on(held_partition& x, core::delivery_step step) {
  x.worker->turns.go_on(!step.again);
  x.worker->loop->go_on(std::move(step));
}

// -- an incarnation ends: its last report, or its worker is down --------------

void worker_supervision::on_failed(held_partition& x,
                                   const incarnation_failed& last) {
  auto& tp = last.from.tp;
  if (last.call) {
    parts_.failures.carry_out(tp, x,
                              x.machine.call_failed(*last.call, context_.now(),
                                                    context_.jitter()));
    return;
  }
  if (last.code == errc::none) {
    parts_.failures.carry_out(tp, x, x.machine.begin_again(context_.now()));
    return;
  }
  end(x);
  fail(tp, x, last.code, last.text);
}

void worker_supervision::on_drained(const topic_partition& tp,
                                    held_partition& x) {
  end(x);
  x.machine.worker_drained();
  parts_.rebalance.check_drained(tp, x);
}

void worker_supervision::fail_with(held_partition& x, core::failed_call call,
                                   bool is_void) {
  auto cause = call.cause;
  end_with(x, {x.worker->id, cause.code, cause.text, std::move(call)}, is_void);
}

void worker_supervision::begin_again(held_partition& x) {
  end_with(x, {x.worker->id, errc::none, {}}, false);
}

/// Behind all that its strand has said.
void worker_supervision::end_with(held_partition& x, incarnation_failed last,
                                  bool is_void) {
  x.worker->loop->end();
  x.worker->turns.end(is_void);
  context_.registry->buffer()->put(std::move(last));
}

void worker_supervision::end(held_partition& x) {
  x.worker->loop->end();
  caf::anon_send_exit(x.worker->handle, caf::exit_reason::user_shutdown);
  x.worker.reset();
}

void worker_supervision::kill_all() {
  for (auto& [tp, x] : context_.held)
    if (x.worker) {
      x.worker->loop->end();
      caf::anon_send_exit(x.worker->handle, caf::exit_reason::kill);
    }
}

/// Ended by somebody else, or fenced. What its strand says until the loop has
/// ended still counts: it may have taken records.
void worker_supervision::on_down(const worker_id& id, const caf::error& cause) {
  auto* held = held_by(id);
  if (held == nullptr)
    return; // its last report came before
  held->worker->loop->end();
  parts_.acks.take_in();
  held = held_by(id);
  if (held == nullptr)
    return;
  held->worker.reset();
  if (held->machine.state() == partition_state::fenced)
    return; // it is about to be given back
  if (id.generation != held->machine.gen()
      || !held->machine.is_current(id.incarnation)) {
    move(id.tp, *held); // if that had to wait for this end
    return;
  }
  auto code = code_of(cause);
  fail(id.tp, *held, code == errc::none ? errc::worker_killed : code,
       text_of(cause));
}

/// The partition whose link is that worker's; null: there is none any more.
held_partition* worker_supervision::held_by(const worker_id& id) {
  auto* held = context_.look_up(id.tp);
  auto is_linked = held != nullptr && held->worker && held->worker->id == id;
  return is_linked ? held : nullptr;
}

/// An incarnation is over, or could not begin, and no call is to blame: a
/// successor from the last acked offset, after a backoff, or what
/// `on-exhausted` says.
void worker_supervision::fail(const topic_partition& tp, held_partition& x,
                              errc code, const std::string& text) {
  auto decision = x.machine.worker_gone(context_.now(), context_.jitter(), code,
                                        text);
  context_.publish(event_kind::worker_failed, tp, x.machine.gen(), -1, 0, code,
                   text);
  using action = core::failure_decision::action;
  switch (decision.what) {
    case action::restart:
      begin_backoff(tp, x, decision.delay);
      return;
    case action::exhaust:
      give_up(tp, x,
              context_.config().on_exhausted == exhaustion_policy::stop_group,
              code, text);
      return;
    case action::finish:
      parts_.rebalance.check_drained(tp, x);
      return;
  }
}

// -- what is next -------------------------------------------------------------

void worker_supervision::begin_backoff(const topic_partition& tp,
                                       const held_partition& x,
                                       duration delay) {
  backoff_elapsed then{tp, x.machine.gen()};
  if (delay == duration{})
    on_backoff_elapsed(then);
  else
    context_.send_later(delay, std::move(then));
}

void worker_supervision::give_up(const topic_partition& tp,
                                 const held_partition& x, bool with_group,
                                 errc code, const std::string& text) {
  context_.publish(event_kind::worker_exhausted, tp, x.machine.gen(), -1, 0,
                   code, text);
  if (with_group)
    parts_.rebalance.stop(close_reason::stopped,
                          make_error(errc::partition_exhausted,
                                     to_string(tp) + ": " + text));
}

void worker_supervision::on_backoff_elapsed(const backoff_elapsed& x) {
  auto* held = context_.find(x.tp, x.generation);
  if (held == nullptr)
    return;
  if (!context_.is_current(held->machine.is_due(context_.now())))
    return; // given back, or begun already
  if (!held->answers.empty())
    return; // they may bring it back: the last one of them asks again
  if (held->machine.backoff_over(held->source->position())) {
    restart(x.tp, *held);
    return;
  }
  parts_.acks.check_ranges(x.tp, *held); // nothing is pending now
  move(x.tp, *held);
}

/// What a former incarnation drained behind the move would be missing, so that
/// one ends first. One that lives on drains nothing meanwhile.
void worker_supervision::move(const topic_partition& tp, held_partition& x) {
  auto target = x.commit_to ? std::nullopt : x.machine.target();
  if (target && (!x.worker || x.machine.has_worker()))
    compat::post(context_.coordinator,
                 seek_request{tp, x.machine.gen(), target->id, target->to,
                              target->revive});
}

void worker_supervision::on_seek_done(const seek_done& x) {
  auto* held = context_.find(x.tp, x.generation);
  if (held == nullptr)
    return;
  auto target = held->machine.target();
  if (!context_.is_current(target && target->id == x.id))
    return; // given back or failed meanwhile
  auto has_worker = held->machine.has_worker();
  // Read on without the move and the records in between would be skipped.
  if (x.failure && has_worker) {
    context_.publish(event_kind::client_error, x.tp, x.generation, target->to,
                     0, x.failure.code, x.failure.text);
    caf::anon_send_exit(held->worker->handle, caf::exit_reason::kill);
  } else if (x.failure) {
    fail(x.tp, *held, errc::source_failed, x.failure.text);
  } else {
    held->machine.moved();
    if (has_worker)
      go_on(*held, held->machine.read_step());
    else
      restart(x.tp, *held);
  }
}

void worker_supervision::restart(const topic_partition& tp, held_partition& x) {
  context_.publish(event_kind::worker_restarted, tp, x.machine.gen(),
                   x.watermark(), x.machine.restarts());
  spawn(tp, x);
}

} // namespace cafka::actors
