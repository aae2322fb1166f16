/// What happens when a worker starts, works, fails or ends.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

namespace {

/// The retained records are through: the source goes on.
void read_on(held_partition& x) {
  auto& worker = *x.worker;
  worker.reads = true;
  if (!std::exchange(worker.window_counts, true)) {
    worker.window->begin(x.machine.retained());
    worker.freed = {}; // it is not in there
  }
  read_source go_on;
  if (auto& tracker = x.machine.tracker()) {
    go_on.skip = tracker->acked_above();
    go_on.from = tracker->position();
  }
  compat::post(worker.handle, std::move(go_on));
}

} // namespace

void group_manager_state::spawn_worker(const topic_partition& tp,
                                       held_partition& x) {
  auto life = x.machine.begin_life();
  auto& cfg = options_->config;
  worker_settings settings;
  settings.id = {tp, x.machine.gen(), life};
  settings.identity = x.identity;
  settings.source = x.source;
  settings.factory = options_->handler;
  settings.init_args = cfg.handler_init_args;
  settings.registry = registry_;
  settings.reports = gate_;
  settings.batch_size = cfg.batch_size;
  settings.window = std::make_shared<delivery_window>(
    core::flow_window{cfg.prefetch_count, cfg.prefetch_bytes});
  settings.first
    = std::make_shared<first_redelivery>(x.machine.next_redelivery(-1));
  held_partition::worker_link link;
  link.id = settings.id;
  link.window = settings.window;
  link.first = settings.first;
  using worker = compat::actor_of<partition_worker_state, worker_actor::base>;
  manager_actor me{self_};
  link.handle = make_worker_ ? make_worker_(me, std::move(settings))
                             : self_->spawn<worker>(me, std::move(settings));
  monitors_.add(link.handle, [this, id = link.id](const caf::error& cause) {
    on_worker_end(id, &cause);
  });
  x.worker = std::move(link);
  x.machine.call_begun(now()); // the handler's constructor may block, too
  if (x.machine.is_paused())
    compat::post(x.worker->handle, hold_delivery{true});
  tell(event_kind::worker_started, tp, x.machine.gen(), -1, life);
}

// -- the end of a worker: `life_failed`, else DOWN and `worker_released` ---------------

void group_manager_state::on_life_failed(const life_failed& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  held->worker.reset(); // it ends by itself
  fail(x.from.tp, *held, x.code, x.text);
}

/// `cause`: of the DOWN; null: it is released. The two come in either order, and
/// what a former worker reads must have ended before the source is moved.
void group_manager_state::on_worker_end(const worker_id& id,
                                        const caf::error* cause) {
  auto i = held_.find(id.tp);
  if (i == held_.end() || !i->second.worker || i->second.worker->id != id)
    return; // it told its end before
  auto& [tp, x] = *i;
  (cause != nullptr ? x.worker->down : x.worker->released) = true;
  if (cause != nullptr)
    x.worker->cause = *cause;
  if (!x.worker->down || !x.worker->released)
    return;
  auto why = std::exchange(x.worker, std::nullopt)->cause;
  if (id.generation != x.machine.gen() || !x.machine.is_current(id.life)) {
    move(tp, x); // if that had to wait for this end
    return;
  }
  auto code = code_of(why);
  fail(tp, x, code == errc::none ? errc::worker_killed : code, text_of(why));
}

/// A life is over, or could not begin: a successor from the last acked offset,
/// after a backoff, or what `on-exhausted` says.
void group_manager_state::fail(const topic_partition& tp, held_partition& x,
                               errc code, const std::string& text) {
  auto jitter = std::uniform_real_distribution<double>{0, 1}(random_);
  auto decision = x.machine.worker_gone(now(), jitter, code, text);
  tell(event_kind::worker_failed, tp, x.machine.gen(), -1, 0, code, text);
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
      tell(event_kind::worker_exhausted, tp, x.machine.gen(), -1, 0, code,
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

/// What a former life drained behind the move would be missing, so that one ends
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
    tell(event_kind::client_error, x.tp, x.generation, target->to, 0,
         x.failure.code, x.failure.text);
    caf::anon_send_exit(held->worker->handle, caf::exit_reason::kill);
  } else if (x.failure) {
    fail(x.tp, *held, errc::source_failed, x.failure.text);
  } else {
    held->machine.moved();
    if (has_worker)
      read_on(*held);
    else
      restart_worker(x.tp, *held);
  }
}

void group_manager_state::restart_worker(const topic_partition& tp,
                                         held_partition& x) {
  tell(event_kind::worker_restarted, tp, x.machine.gen(), x.watermark(),
       x.machine.restarts());
  spawn_worker(tp, x);
}

// -- a worker works ----------------------------------------------------------------------

void group_manager_state::on_worker_ready(const worker_ready& x) {
  auto* held = find(x.from);
  if (!held)
    return;
  auto& worker = *held->worker;
  held->machine.ready();
  held->machine.call_ended();
  if (worker.acked_nothing > 1) {
    worker.acked_nothing = 1;
    compat::send_after(self_, manager_actor{self_},
                       caf::timespan{options_->config.restart_backoff_min}, x);
  } else if (auto next = held->machine.next_redelivery(x.after)) {
    compat::post(worker.handle, redeliver{std::move(*next)});
  } else {
    read_on(*held);
  }
}

void group_manager_state::on_source_drained(const source_drained& x) {
  if (x.before)
    on_call_ended(*x.before);
  auto* held = find(x.from);
  if (!held)
    return;
  auto resolves = held->machine.take(x.what);
  if (resolves) {
    tell(event_kind::begin_resolved, x.from.tp, x.from.generation,
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

void group_manager_state::on_call_ended(const call_ended& x) {
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

void group_manager_state::ack_call(held_partition& x, const call_ended& ended) {
  auto effect = x.machine.ack(ended.through);
  if (ended.answer == handler_answer::kind::ack) {
    ++x.worker->full_acks;
    x.worker->freed = effect.freed = {}; // it knows of that
  }
  // Explicit acks of the same records may have come first.
  if (effect.result == ack_result::accepted)
    apply(ended.from.tp, x, effect);
}

} // namespace cafka::actors
