/// What happens when a worker starts, works, fails or ends.

#include "actors/group_manager/group_manager.hpp"
#include "actors/partition_worker/delivery_loop.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <utility>

namespace cafka::actors {

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
  settings.counts_exactly = x.machine.failing_offset().has_value();
  settings.outputs_bytes_max = cfg.outputs_max_bytes;
  return std::make_shared<delivery_loop>(std::move(settings));
}

// -- the end of an incarnation: its last report, or its worker is down ---------------------------

void group_manager_state::on(const incarnation_failed& x) {
  auto* held = find(x.from);
  if (held == nullptr)
    return;
  if (x.call) {
    carry_out(x.from.tp, *held,
              held->machine.call_failed(*x.call, now(), jitter()));
    return;
  }
  end_worker(*held);
  fail(x.from.tp, *held, x.code, x.text);
}

/// Nothing that its strand says counts any more.
void group_manager_state::end_worker(held_partition& x) {
  x.worker->loop->end();
  caf::anon_send_exit(x.worker->handle, caf::exit_reason::user_shutdown);
  x.worker.reset();
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

/// An incarnation is over, or could not begin, and no call is to blame: a successor from
/// the last acked offset, after a backoff, or what `on-exhausted` says.
void group_manager_state::fail(const topic_partition& tp, held_partition& x,
                               errc code, const std::string& text) {
  auto decision = x.machine.worker_gone(now(), jitter(), code, text);
  publish(event_kind::worker_failed, tp, x.machine.gen(), -1, 0, code, text);
  using action = core::failure_decision::action;
  switch (decision.what) {
    case action::restart:
      begin_backoff(tp, x, decision.delay);
      return;
    case action::exhaust:
      give_up(tp, x,
              options_->config.on_exhausted == exhaustion_policy::stop_group,
              code, text);
      return;
    case action::finish:
      check_drained(tp, x);
      return;
  }
}

void group_manager_state::begin_backoff(const topic_partition& tp,
                                        const held_partition& x,
                                        duration delay) {
  backoff_elapsed then{tp, x.machine.gen()};
  if (delay == duration{})
    on_backoff_elapsed(then);
  else
    compat::send_after(self_, manager_actor{self_}, caf::timespan{delay},
                       std::move(then));
}

/// It stands still from now on, or the group ends with it.
void group_manager_state::give_up(const topic_partition& tp,
                                  const held_partition& x, bool with_group,
                                  errc code, const std::string& text) {
  publish(event_kind::worker_exhausted, tp, x.machine.gen(), -1, 0, code, text);
  if (with_group)
    on_stop(close_reason::stopped,
            make_error(errc::partition_exhausted, to_string(tp) + ": " + text));
}

void group_manager_state::on_backoff_elapsed(const backoff_elapsed& x) {
  auto* held = find(x.tp, x.generation);
  if (held == nullptr || held->machine.state() != partition_state::backoff)
    return;
  if (!held->answers.empty()) { // what they are given back comes first
    held->successor_waits = true;
    return;
  }
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

} // namespace cafka::actors
