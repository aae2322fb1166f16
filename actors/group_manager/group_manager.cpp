#include "actors/group_manager/group_manager.hpp"

#include "actors/partition_worker/delivery_loop.hpp"

#include <algorithm>

namespace cafka::actors {

namespace {

using std::chrono::seconds;

/// How often slow calls, refused acks and progress are looked at.
constexpr auto watch_interval = seconds{1};

core::restart_limits limits_of(const group_config& x) {
  return {x.restart_backoff_min, x.restart_backoff_max, x.restart_max,
          x.restart_window};
}

core::failure_rules rules_of(const group_config& x) {
  auto& y = x.on_failure;
  return {y.retries, y.then, y.flood_after, y.flood_interval, x.ack_timeout};
}

} // namespace

group_manager_state::group_manager_state(
  base* self, std::shared_ptr<const group_options> options,
  std::shared_ptr<partition_registry> registry,
  const coordinator_factory& make_coordinator, producer_factory make_producer,
  worker_factory make_worker)
  : self_(self),
    options_(std::move(options)),
    registry_(std::move(registry)),
    handle_(std::make_shared<compat::closable_handle<manager_actor>>(
      manager_actor{self})),
    make_worker_(std::move(make_worker)),
    coordinator_(make_coordinator(manager_actor{self})),
    monitors_(self),
    publisher_(options_->config.group, options_->observer),
    limits_(limits_of(options_->config)),
    rules_(rules_of(options_->config)),
    make_producer_(std::move(make_producer)),
    link_(
      [this](std::uint64_t incarnation) { return start_producer(incarnation); },
      [this](const write_report& x) { take_report(x); }),
    commits_(options_->config.commit_interval, options_->config.commit_count),
    random_(std::random_device{}()) {
  compat::ignore_error_messages(self_);
  compat::on_exception(self_, [](const std::string& text) {
    return make_error(errc::manager_died, text);
  });
  registry_->buffer()->read_by(
    [handle = handle_] { handle->post(buffer_filled{}); });
  monitors_.add(coordinator_,
                [this](const caf::error& x) { on_coordinator_down(x); });
  registry_->on_threads_exhausted(
    [handle = handle_, group = options_->config.group](std::size_t threads) {
      event x;
      x.kind = event_kind::handler_threads_exhausted;
      x.group = group;
      x.count = threads;
      handle->post(std::move(x));
    });
  arm(now() + watch_interval);
}

group_manager_state::~group_manager_state() {
  handle_->close();
  for (auto& [tp, x] : held_)
    if (x.worker) {
      x.worker->loop->end();
      caf::anon_send_exit(x.worker->handle, caf::exit_reason::kill);
    }
  if (producer_)
    caf::anon_send_exit(*producer_, caf::exit_reason::kill);
}

group_producer_actor
group_manager_state::start_producer(std::uint64_t incarnation) {
  producer_listener to;
  to.report = [handle = handle_](write_report x) {
    handle->post(std::move(x));
  };
  to.checked = [handle = handle_](letter_topics_checked x) {
    handle->post(std::move(x));
  };
  producer_ = make_producer_(std::move(to));
  monitors_.add(*producer_, [this, incarnation](const caf::error& cause) {
    on_producer_down(incarnation, cause);
  });
  return *producer_;
}

/// Acks that were sent before `f`'s message count before it, and so do reports.
template <class T>
auto group_manager_state::behind_acks(
  void (group_manager_state::*f)(const T&)) {
  return [this, f](const T& x) {
    take_in();
    (this->*f)(x);
  };
}

manager_actor::behavior_type group_manager_state::make_behavior() {
  using self = group_manager_state;
  return {
    [this](const ack& x) {
      answer({x.topic, x.partition}, x.generation, {&x.offset, 1}, true);
    },
    [this](const ack_individual& x) {
      answer({x.topic, x.partition}, x.generation, x.offsets, false);
    },
    [this](const std::string& topic, partition_t partition, generation g,
           offset_t offset) {
      answer({topic, partition}, g, {&offset, 1}, true);
    },
    [this](const std::string& topic, partition_t partition, generation g,
           const std::vector<offset_t>& offsets) {
      answer({topic, partition}, g, offsets, false);
    },
    [this](const ack_request& x) {
      return answer({x.topic, x.partition}, x.generation, x.offsets,
                    x.cumulative);
    },
    [this](const get_committed_offsets& x) { return committed(x.topic); },
    [this](get_status) {
      take_in();
      return status();
    },
    [this](const subscribe_events& x) {
      publisher_.subscribe(x.listener, monitors_);
    },
    behind_acks(&self::on_stop_group),
    [this](const nack& x) {
      take_in();
      on_nack(x);
      flush();
    },
    [this](const nack_request& x) {
      take_in();
      auto reply = on_nack(
        {x.topic, x.partition, x.generation, x.offset, x.cause, x.retry});
      flush();
      return reply;
    },
    [this](buffer_filled) { on_buffer_filled(); },
    behind_acks(&self::on_assigned),
    behind_acks(&self::on_revoked),
    behind_acks(&self::on_commit_result),
    behind_acks(&self::on_seek_done),
    behind_acks(&self::on_ends_result),
    behind_acks(&self::on_range_result),
    [this](const client_failure& x) {
      publish(event_kind::client_error, {}, {}, -1, 0, x.what.code,
              x.what.text);
    },
    [this](client_recovered) { publish(event_kind::client_recovered, {}, {}); },
    [this](const member_waiting& x) {
      publish(event_kind::member_waits, {}, {}, -1, 0, errc::none, x.what_for);
    },
    behind_acks(&self::on_report),
    behind_acks(&self::on_letter_topics),
    [this](const event& x) { publisher_.relay(x); },
    behind_acks(&self::on_watch_due),
    behind_acks(&self::on_backoff_elapsed),
    behind_acks(&self::on_redelivery_due),
    behind_acks(&self::on_ask_range_again),
  };
}

/// The one place where what is stale is dropped and counted: of a partition that
/// is not held, of a generation or of a worker's incarnation that is over.
held_partition* group_manager_state::find(const topic_partition& tp,
                                          generation g) {
  auto i = held_.find(tp);
  if (i != held_.end() && i->second.takes_acks(g))
    return &i->second;
  ++stale_dropped_;
  return nullptr;
}

held_partition* group_manager_state::find(const worker_id& id) {
  auto* held = find(id.tp, id.generation);
  if (held == nullptr || held->machine.is_current(id.incarnation))
    return held;
  ++stale_dropped_;
  return nullptr;
}

time_point group_manager_state::now() const {
  return time_point{self_->clock().now().time_since_epoch()};
}

void group_manager_state::arm(time_point at) {
  if (armed_ && *armed_ <= at)
    return;
  armed_ = at;
  compat::send_after(self_, manager_actor{self_},
                     std::max(caf::timespan{at - now()}, caf::timespan{0}),
                     watch_due{});
}

void group_manager_state::on_watch_due(const watch_due&) {
  auto t = now();
  if (!armed_ || t < *armed_)
    return; // an earlier one was armed meanwhile and has come
  armed_.reset();
  carry_out(revocation_.look(t));
  look_at_failures(t);
  watch(t);
  refusals_.report(publisher_);
  commit_if_due();
  registry_->strands().retry();
  arm(t + watch_interval);
}

void group_manager_state::publish(event_kind kind, const topic_partition& tp,
                                  generation g, offset_t offset,
                                  std::uint64_t count, errc code,
                                  std::string text) {
  event x;
  x.kind = kind;
  x.tp = tp;
  x.generation = g;
  x.offset = offset;
  x.count = count;
  x.code = code;
  x.text = std::move(text);
  publisher_.publish(std::move(x));
}

// -- queries ---------------------------------------------------------------------------

group_status group_manager_state::status() const {
  group_status result;
  result.name = options_->config.name;
  result.group = options_->config.group;
  result.state = stop_result_ ? group_state::stopping : group_state::running;
  result.acks_refused = refusals_.total();
  result.stale_dropped = stale_dropped_;
  for (auto& [tp, x] : held_)
    result.partitions.push_back(x.status(tp, now()));
  return result;
}

committed_offsets
group_manager_state::committed(const std::string& topic) const {
  committed_offsets result;
  for (auto& [tp, x] : held_)
    if (tp.topic == topic && x.committed >= 0)
      result.partitions.push_back({tp.partition, x.committed});
  return result;
}

} // namespace cafka::actors
