/// What happens when a worker starts, works, fails or ends.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

namespace {

/// Its strand has said its last word.
void end_worker(held_partition& x) {
  caf::anon_send_exit(x.worker->handle, caf::exit_reason::user_shutdown);
  x.worker.reset();
}

void go_on(held_partition& x, core::delivery_step step) {
  x.worker->reads = !step.again;
  x.worker->loop->go_on(std::move(step));
}

} // namespace

void group_manager_state::spawn_worker(const topic_partition& tp,
                                       held_partition& x) {
  auto incarnation = x.machine.begin_incarnation();
  auto first = x.machine.next_step(-1);
  held_partition::worker_link link;
  link.reads = !first.again;
  link.loop = make_loop(tp, x, std::move(first));
  link.id = link.loop->id();
  link.handle = make_worker_ ? make_worker_(link.loop)
                             : self_->spawn<partition_worker>(link.loop);
  monitors_.add(link.handle, [this, id = link.id](const caf::error& cause) {
    on_worker_down(id, cause);
  });
  x.worker = std::move(link);
  x.machine.call_begun(now()); // the handler's constructor may block, too
  publish(event_kind::worker_started, tp, x.machine.gen(), -1, incarnation);
  x.worker->loop->hold(x.machine.is_paused());
  x.worker->loop->begin();
}

std::shared_ptr<delivery_loop>
group_manager_state::make_loop(const topic_partition& tp,
                               const held_partition& x,
                               core::delivery_step first) {
  auto& cfg = options_->config;
  delivery_settings settings;
  settings.id = {tp, x.machine.gen(), x.machine.incarnation()};
  settings.identity = x.identity;
  settings.source = x.source;
  settings.factory = options_->handler;
  settings.init_args = cfg.handler_init_args;
  settings.registry = registry_;
  settings.batch_size = cfg.batch_size;
  settings.window = x.window;
  settings.window.add(x.machine.retained());
  settings.first = std::move(first);
  return std::make_shared<delivery_loop>(std::move(settings));
}

// -- the end of an incarnation: its last report, or its worker is down ---------------------------

void group_manager_state::on(const incarnation_failed& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  end_worker(*held);
  fail(x.from.tp, *held, x.code, x.text);
}

void group_manager_state::on(const worker_drained& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  end_worker(*held);
  held->machine.worker_drained();
  check_drained(x.from.tp, *held);
}

/// Ended by somebody else, or fenced. What its strand says until the loop has
/// ended still counts: it may have taken records.
void group_manager_state::on_worker_down(const worker_id& id,
                                         const caf::error& cause) {
  auto* held = held_by(id);
  if (held == nullptr)
    return; // its last report came before
  held->worker->loop->end();
  take_in();
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
held_partition* group_manager_state::held_by(const worker_id& id) {
  auto i = held_.find(id.tp);
  auto is_linked = i != held_.end() && i->second.worker
                   && i->second.worker->id == id;
  return is_linked ? &i->second : nullptr;
}

/// An incarnation is over, or could not begin: a successor from the last acked offset,
/// after a backoff, or what `on-exhausted` says.
void group_manager_state::fail(const topic_partition& tp, held_partition& x,
                               errc code, const std::string& text) {
  auto jitter = std::uniform_real_distribution<double>{0, 1}(random_);
  auto decision = x.machine.worker_gone(now(), jitter, code, text);
  publish(event_kind::worker_failed, tp, x.machine.gen(), -1, 0, code, text);
  using action = core::failure_decision::action;
  switch (decision.what) {
    case action::restart: {
      backoff_elapsed then{tp, x.machine.gen()};
      if (decision.delay == duration{})
        on_backoff_elapsed(then);
      else
        compat::send_after(self_, manager_actor{self_},
                           caf::timespan{decision.delay}, std::move(then));
      return;
    }
    case action::exhaust:
      publish(event_kind::worker_exhausted, tp, x.machine.gen(), -1, 0, code,
              text);
      if (options_->config.on_exhausted == exhaustion_policy::stop_group)
        on_stop(close_reason::stopped, make_error(errc::partition_exhausted,
                                                  to_string(tp) + ": " + text));
      return;
    case action::finish:
      check_drained(tp, x);
      return;
  }
}

void group_manager_state::on_backoff_elapsed(const backoff_elapsed& x) {
  auto* held = find(x.tp, x.generation);
  if (held == nullptr || held->machine.state() != partition_state::backoff)
    return;
  if (held->machine.backoff_over(held->source->position())) {
    restart_worker(x.tp, *held);
    return;
  }
  check_ack_ranges(x.tp, *held); // nothing is pending now
  move(x.tp, *held);
}

/// What a former incarnation drained behind the move would be missing, so that one ends
/// first. One that lives on drains nothing meanwhile.
void group_manager_state::move(const topic_partition& tp, held_partition& x) {
  auto target = x.machine.target();
  if (target && (!x.worker || x.machine.has_worker()))
    compat::post(coordinator_, seek_request{tp, x.machine.gen(), target->id,
                                            target->to, target->revive});
}

void group_manager_state::on_seek_done(const seek_done& x) {
  auto* held = find(x.tp, x.generation);
  if (held == nullptr)
    return;
  auto target = held->machine.target();
  if (!target || target->id != x.id) {
    ++stale_dropped_; // given back or failed meanwhile
    return;
  }
  auto has_worker = held->machine.has_worker();
  // Read on without the move and the records in between would be skipped.
  if (x.failure && has_worker) {
    publish(event_kind::client_error, x.tp, x.generation, target->to, 0,
            x.failure.code, x.failure.text);
    caf::anon_send_exit(held->worker->handle, caf::exit_reason::kill);
  } else if (x.failure) {
    fail(x.tp, *held, errc::source_failed, x.failure.text);
  } else {
    held->machine.moved();
    if (has_worker)
      go_on(*held, held->machine.read_step());
    else
      restart_worker(x.tp, *held);
  }
}

void group_manager_state::restart_worker(const topic_partition& tp,
                                         held_partition& x) {
  publish(event_kind::worker_restarted, tp, x.machine.gen(), x.watermark(),
          x.machine.restarts());
  spawn_worker(tp, x);
}

// -- a worker works ----------------------------------------------------------------------

void group_manager_state::on(const handler_built& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
}

void group_manager_state::on(const worker_ready& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  held->machine.ready();
  held->machine.call_ended();
  auto& worker = *held->worker;
  if (worker.acked_nothing > 1) {
    worker.acked_nothing = 1;
    compat::send_after(self_, manager_actor{self_},
                       caf::timespan{options_->config.restart_backoff_min},
                       redelivery_due{x});
    return;
  }
  auto step = held->machine.next_step(x.after);
  // Else it is read when it was moved.
  if (step.again || held->machine.state() == partition_state::running)
    go_on(*held, std::move(step));
}

void group_manager_state::on(const call_begun& x) {
  if (auto* held = find(x.from))
    begin_call(x.from.tp, *held);
}

void group_manager_state::on(const source_drained& x) {
  if (x.before)
    on(*x.before);
  auto* held = find(x.from);
  if (!held)
    return;
  auto resolves = held->machine.take(x.what);
  if (resolves) {
    publish(event_kind::begin_resolved, x.from.tp, x.from.generation,
            *x.what.resolved_begin);
    // Committed at once, so that a crash before the first ack does not skip
    // what comes in between.
    commits_.acked(0, now());
    commits_.urge();
  }
  if (x.what.block)
    begin_call(x.from.tp, *held);
  if (resolves || !x.what.block)
    commit_if_due();
  if (x.out_of_range && held->machine.doubt())
    compat::post(coordinator_, range_request{x.from.tp, x.from.generation});
}

void group_manager_state::begin_call(const topic_partition& tp,
                                     held_partition& x) {
  x.machine.ready();
  x.machine.call_begun(now());
  check_ack_ranges(tp, x);
}

void group_manager_state::on(const call_ended& x) {
  auto* held = find(x.from);
  if (!held)
    return;
  held->machine.call_ended();
  auto& worker = *held->worker;
  auto acks_nothing = false;
  using kind = handler_answer::kind;
  switch (x.answer) {
    case kind::ack:
      ack_call(*held, x);
      break;
    case kind::ack_through:
      acks_nothing = x.through < x.batch.first;
      worker.reads = worker.reads && x.through + 1 == x.batch.last;
      if (!acks_nothing)
        ack_call(*held, x);
      break;
    case kind::ack_through_keep:
      ack_call(*held, x);
      held->machine.await_acks({x.through + 1, x.batch.last});
      break;
    case kind::no_ack:
      held->machine.await_acks(x.batch);
      break;
    case kind::continued: {
      core::ack_effect effect;
      effect.freed = held->machine.drop(x.what);
      apply(x.from.tp, *held, effect);
      break;
    }
    case kind::failed_at: // the worker ends with it, too
      apply(x.from.tp, *held,
            held->machine.ack_pending({x.batch.first, x.through + 1}));
      break;
    case kind::failed: // the worker ends with it instead
      break;
  }
  worker.acked_nothing = acks_nothing ? worker.acked_nothing + 1 : 0;
  check_drained(x.from.tp, *held);
}

void group_manager_state::on_redelivery_due(const redelivery_due& x) {
  on(x.what);
}

void group_manager_state::on(const close_failed& x) {
  publish(event_kind::handler_not_closed, x.from.tp, x.from.generation, -1, 0,
          errc::handler_failed, x.text);
}

void group_manager_state::ack_call(held_partition& x, const call_ended& ended) {
  auto effect = x.machine.ack(ended.through);
  // Explicit acks of the same records may have come first.
  if (effect.result == ack_result::accepted)
    apply(ended.from.tp, x, effect);
}

} // namespace cafka::actors
