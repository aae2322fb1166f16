#include "actors/group_manager/group_manager.hpp"

#include "actors/partition_pauses/partition_pauses.hpp"

#include <chrono>
#include <utility>

namespace cafka::actors {

namespace {

/// How often slow calls, refused acks and progress are looked at.
constexpr auto watch_interval = std::chrono::seconds{1};

} // namespace

group_manager_state::group_manager_state(
  base* self, std::shared_ptr<const group_options> options,
  std::shared_ptr<partition_registry> registry,
  const coordinator_factory& make_coordinator, producer_factory make_producer,
  worker_factory make_worker)
  : parts_(self, std::move(options), std::move(registry), make_coordinator,
           std::move(make_producer), std::move(make_worker)),
    context_(parts_.context) {
  compat::ignore_error_messages(self);
  compat::on_exception(self, [](const std::string& text) {
    return make_error(errc::manager_died, text);
  });
  context_.registry->buffer()->read_by(
    [handle = context_.handle] { handle->post(buffer_filled{}); });
  context_.monitors.add(context_.coordinator, [this](const caf::error& x) {
    parts_.rebalance.on_coordinator_down(x);
  });
  context_.registry->on_threads_exhausted(
    [handle = context_.handle,
     group = context_.config().group](std::size_t threads) {
      event x;
      x.kind = event_kind::handler_threads_exhausted;
      x.group = group;
      x.count = threads;
      handle->post(std::move(x));
    });
  context_.arm(context_.now() + watch_interval);
}

group_manager_state::~group_manager_state() {
  context_.handle->close();
  parts_.workers.kill_all();
  parts_.writes.kill();
}

// -- messages -----------------------------------------------------------------

/// Acks that were sent before `f`'s message count before it, and so do reports.
template <class Part, class T>
auto group_manager_state::behind_acks(Part& part, void (Part::*f)(const T&)) {
  return [this, &part, f](const T& x) {
    parts_.acks.take_in();
    (part.*f)(x);
    look_at_orders();
  };
}

/// The same of a message that is answered.
template <class Part, class R, class T>
auto group_manager_state::behind_acks(Part& part, R (Part::*f)(const T&)) {
  return [this, &part, f](const T& x) {
    parts_.acks.take_in();
    auto result = (part.*f)(x);
    look_at_orders();
    return result;
  };
}

/// After whatever they may have waited for.
void group_manager_state::look_at_orders() {
  parts_.disposals.look();
  parts_.moves.look(context_.now());
  parts_.acks.flush();
}

manager_actor::behavior_type group_manager_state::make_behavior() {
  return {
    [this](const ack& x) {
      parts_.acks.answer({x.topic, x.partition}, x.generation, {&x.offset, 1},
                         true);
    },
    [this](const ack_individual& x) {
      parts_.acks.answer({x.topic, x.partition}, x.generation, x.offsets,
                         false);
    },
    [this](const std::string& topic, partition_t partition, generation g,
           offset_t offset) {
      parts_.acks.answer({topic, partition}, g, {&offset, 1}, true);
    },
    [this](const std::string& topic, partition_t partition, generation g,
           const std::vector<offset_t>& offsets) {
      parts_.acks.answer({topic, partition}, g, offsets, false);
    },
    [this](const ack_request& x) {
      return parts_.acks.answer({x.topic, x.partition}, x.generation, x.offsets,
                                x.cumulative);
    },
    [this](const get_committed_offsets& x) { return committed(x.topic); },
    [this](get_status) { return status(); },
    [this](const subscribe_events& x) {
      context_.publisher.subscribe(x.listener, context_.monitors);
    },
    behind_acks(parts_.rebalance, &rebalancing::on_stop_group),
    [this](const nack& x) { parts_.acks.answer(x); },
    [this](const nack_request& x) {
      return parts_.acks.answer(
        {x.topic, x.partition, x.generation, x.offset, x.cause, x.retry});
    },
    behind_acks(parts_.intents, &operator_intents::pause),
    behind_acks(parts_.intents, &operator_intents::resume),
    behind_acks(parts_.intents, &operator_intents::restart),
    behind_acks(parts_.disposals, &record_disposals::take),
    behind_acks(parts_.moves, &partition_moves::take),
    behind_acks(parts_.intents, &operator_intents::show),
    [this](buffer_filled) {
      parts_.acks.on_buffer_filled();
      look_at_orders();
    },
    [this](doze_over) {
      parts_.acks.on_doze_over();
      look_at_orders();
    },
    behind_acks(parts_.rebalance, &rebalancing::on_assigned),
    behind_acks(parts_.rebalance, &rebalancing::on_revoked),
    behind_acks(*this, &group_manager_state::on_commit_result),
    behind_acks(parts_.workers, &worker_supervision::on_seek_done),
    behind_acks(parts_.progress, &progress_checks::on_ends_result),
    behind_acks(parts_.lost, &lost_positions::on_range_result),
    behind_acks(parts_.moves, &partition_moves::on_position),
    [this](const client_failure& x) { on_client_failure(x); },
    [this](client_recovered) { on_client_recovered(); },
    [this](const member_waiting& x) {
      context_.publish(event_kind::member_waits, 0, errc::none, x.what_for);
    },
    behind_acks(parts_.writes, &record_writes::on_report),
    behind_acks(parts_.writes, &record_writes::on_letter_topics),
    [this](const pong& x) { parts_.pings.on_pong(x); },
    [this](const event& x) { context_.publisher.relay(x); },
    behind_acks(*this, &group_manager_state::on_watch_due),
    behind_acks(parts_.workers, &worker_supervision::on_backoff_elapsed),
    behind_acks(parts_.reports, &strand_reports::on_redelivery_due),
    behind_acks(parts_.lost, &lost_positions::on_ask_again),
  };
}

void group_manager_state::on_commit_result(const commit_result& x) {
  auto answer = parts_.commits.on_result(x);
  if (!answer)
    return; // stale
  parts_.moves.on_commit_result(x);
  parts_.rebalance.commit_answered(*answer);
}

void group_manager_state::on_client_failure(const client_failure& x) {
  if (x.what.code == errc::broker_unavailable)
    context_.counts().outage(true);
  context_.publish(event_kind::client_error, 0, x.what.code, x.what.text);
}

void group_manager_state::on_client_recovered() {
  context_.counts().outage(false);
  context_.publish(event_kind::client_recovered);
}

void group_manager_state::on_watch_due(const watch_due&) {
  auto t = context_.now();
  if (!context_.disarm(t))
    return;
  parts_.rebalance.look(t);
  parts_.failures.look(t);
  parts_.progress.look(t);
  parts_.pings.look(t);
  context_.report_refusals();
  parts_.commits.send_if_due();
  context_.registry->strands().retry();
  context_.arm(t + watch_interval);
}

// -- queries ------------------------------------------------------------------

/// With all acks that were sent before the question.
group_status group_manager_state::status() {
  parts_.acks.take_in();
  group_status result;
  result.name = context_.config().name;
  result.group = context_.config().group;
  result.state = parts_.rebalance.is_stopping() ? group_state::stopping
                                                : group_state::running;
  result.acks_refused = context_.refused();
  result.stale_dropped = context_.stale_dropped();
  auto pauses = context_.registry->pauses();
  for (auto& [tp, x] : context_.held) {
    x.note_progress(context_.now());
    auto& told = result.partitions.emplace_back(x.status(tp, context_.now()));
    if (auto* pause = pauses.find(tp)) {
      told.paused_by = pause->second.who;
      told.pause_reason = pause->second.reason;
    }
  }
  result.pauses = pauses_of(*context_.registry);
  context_.registry->counts().show(result, context_.now());
  parts_.pings.show(result, context_.now());
  result.handler_threads = context_.registry->strands().threads();
  return result;
}

committed_offsets
group_manager_state::committed(const std::string& topic) const {
  committed_offsets result;
  for (auto& [tp, x] : context_.held)
    if (tp.topic == topic && x.committed >= 0)
      result.partitions.push_back({tp.partition, x.committed});
  return result;
}

} // namespace cafka::actors
