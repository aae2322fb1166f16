/// What happens when a worker starts, works, fails or ends.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

void group_manager_state::spawn_worker(const topic_partition& tp,
                                       held_partition& x) {
  if (x.worker || x.moving)
    return; // whatever is in the way calls again when it is over
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
    on_worker_down(id, cause);
  });
  x.worker = std::move(link);
  x.machine.call_begun(now()); // the handler's constructor may block, too
  if (x.held_back)
    compat::post(x.worker->handle, hold_delivery{true});
  tell(event_kind::worker_started, tp, x.machine.gen(), -1, life);
}

// -- the end of a worker: `life_failed`, else DOWN and `worker_released` ---------------

void group_manager_state::on_life_failed(const life_failed& x) {
  auto* held = current(x.from);
  if (!held)
    return;
  held->worker.reset(); // it ends by itself
  worker_gone(x.from.tp, *held, x.code, x.text);
}

void group_manager_state::on_worker_down(const worker_id& id,
                                         const caf::error& cause) {
  auto i = held_.find(id.tp);
  if (i == held_.end() || !i->second.worker
      || i->second.worker->id.generation != id.generation
      || i->second.worker->id.life != id.life)
    return;
  i->second.worker->down = true;
  i->second.worker->cause = cause;
  join_worker_end(i->second);
}

void group_manager_state::on_worker_released(const worker_released& x) {
  auto i = held_.find(x.from.tp);
  if (i == held_.end() || !i->second.worker
      || i->second.worker->id.generation != x.from.generation
      || i->second.worker->id.life != x.from.life)
    return;
  i->second.worker->released = true;
  join_worker_end(i->second);
}

void group_manager_state::join_worker_end(held_partition& x) {
  if (!x.worker->down || !x.worker->released)
    return;
  auto ended = *std::exchange(x.worker, std::nullopt);
  auto& tp = ended.id.tp;
  auto& m = x.machine;
  send_seek(x);
  if (ended.id.generation == m.gen() && m.is_current(ended.id.life)) {
    auto code = code_of(ended.cause);
    worker_gone(tp, x, code == errc::none ? errc::worker_killed : code,
                text_of(ended.cause));
    return;
  }
  // It was drained, or its generation ended by a reset: then its successor may
  // have had to wait for it, moved or not.
  if (m.state() == partition_state::starting
      || m.state() == partition_state::seeking)
    spawn_worker(tp, x);
}

void group_manager_state::worker_gone(const topic_partition& tp,
                                      held_partition& x, errc code,
                                      const std::string& text) {
  if (x.position_lost)
    fail(
      tp, x, errc::source_failed,
      "a broker refused an offset that the leader holds; it is fetched again");
  else
    fail(tp, x, code, text);
}

/// A life is over, or could not begin: a successor from the last acked offset,
/// after a backoff, or what `on-exhausted` says.
void group_manager_state::fail(const topic_partition& tp, held_partition& x,
                               errc code, const std::string& text) {
  x.last_error = code;
  x.last_error_text = text;
  x.slow_reports = 0;
  auto decision = x.machine.worker_gone(now(), jitter());
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
  auto i = held_.find(x.tp);
  if (i == held_.end() || i->second.machine.gen() != x.generation
      || i->second.machine.state() != partition_state::backoff)
    return;
  auto& [tp, held] = *i;
  if (auto seek_to = held.machine.backoff_over(held.source->position(),
                                               held.position_lost)) {
    check_ack_ranges(tp, held); // nothing is pending now
    move(held, {tp, held.machine.gen(), *seek_to, held.position_lost});
    return;
  }
  restart_worker(tp, held);
}

/// What a former life drained behind the move would be missing, so that one ends
/// first.
void group_manager_state::move(held_partition& x, seek_request to) {
  x.moving = true;
  x.seek = std::move(to);
  send_seek(x);
}

void group_manager_state::send_seek(held_partition& x) {
  if (!x.worker && x.seek)
    compat::post(coordinator_, *std::exchange(x.seek, std::nullopt));
}

void group_manager_state::restart_worker(const topic_partition& tp,
                                         held_partition& x) {
  auto& tracker = x.machine.tracker();
  tell(event_kind::worker_restarted, tp, x.machine.gen(),
       tracker ? tracker->watermark() : -1, x.machine.restarts());
  spawn_worker(tp, x);
}

void group_manager_state::on_seek_done(const seek_done& x) {
  auto i = held_.find(x.tp);
  if (i == held_.end() || i->second.machine.gen() != x.generation
      || !i->second.moving) {
    ++stale_dropped_;
    return;
  }
  auto& [tp, held] = *i;
  held.moving = false;
  if (held.machine.state() == partition_state::draining)
    return;
  if (x.failure) {
    // Read on without it and the records in between would be skipped.
    fail(tp, held, errc::source_failed, x.failure.text);
    return;
  }
  held.position_lost = false;
  restart_worker(tp, held);
}

// -- a worker works ----------------------------------------------------------------------

void group_manager_state::on_worker_ready(const worker_ready& x) {
  auto* held = current(x.from);
  if (!held)
    return;
  auto& worker = *held->worker;
  held->machine.ready();
  held->machine.call_ended();
  held->slow_reports = 0;
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

void group_manager_state::read_on(held_partition& x) {
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

void group_manager_state::on_source_drained(const source_drained& x) {
  if (x.before)
    on_call_ended(*x.before);
  auto* held = current(x.from);
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
  if (x.out_of_range)
    doubt_position(x.from.tp, *held);
}

void group_manager_state::on_call_begun(const call_begun& x) {
  if (auto* held = current(x.from))
    begin_call(x.from.tp, *held);
}

void group_manager_state::begin_call(const topic_partition& tp,
                                     held_partition& x) {
  x.machine.ready();
  x.machine.call_begun(now());
  check_ack_ranges(tp, x);
}

void group_manager_state::on_call_ended(const call_ended& x) {
  auto* held = current(x.from);
  if (!held)
    return;
  held->machine.call_ended();
  held->slow_reports = 0;
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

void group_manager_state::on_worker_drained(const worker_drained& x) {
  auto* held = current(x.from);
  if (!held)
    return;
  held->machine.worker_drained();
  check_drained(x.from.tp, *held);
}

void group_manager_state::report_slow_calls(time_point t) {
  auto limit = options_->config.handler_timeout;
  if (limit.count() == 0)
    return;
  for (auto& [tp, x] : held_) {
    auto since = x.machine.call_since();
    if (!since || t - *since < limit * (x.slow_reports + 1))
      continue;
    ++x.slow_reports;
    auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(t - *since);
    tell(event_kind::handler_slow, tp, x.machine.gen(), -1,
         static_cast<std::uint64_t>(ms.count()));
  }
}

} // namespace cafka::actors
