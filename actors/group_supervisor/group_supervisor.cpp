#include "actors/group_supervisor/group_supervisor.hpp"

#include <cassert>
#include <utility>

namespace cafka::actors {

namespace {

/// What a stop may take beyond the drain: the last commit and leaving the group
/// have bounds of their own, 5 s each.
constexpr auto stop_margin = std::chrono::seconds{15};

core::restart_limits limits_of(const group_config& x) {
  return {x.supervisor_backoff_min, x.supervisor_backoff_max,
          x.supervisor_restart_max, x.supervisor_restart_window};
}

} // namespace

group_supervisor_state::group_supervisor_state(
  base* self, std::shared_ptr<const group_options> options,
  std::shared_ptr<partition_registry> registry, children_factory start_children,
  std::function<void()> on_end)
  : self_(self),
    options_(std::move(options)),
    registry_(std::move(registry)),
    start_children_(std::move(start_children)),
    on_end_(std::move(on_end)),
    handle_(std::make_shared<compat::closable_handle<supervisor_actor>>(
      supervisor_actor{self})),
    monitors_(self),
    publisher_(options_->config.group, options_->observer),
    policy_(limits_of(options_->config)),
    random_(std::random_device{}()) {
  compat::ignore_error_messages(self_);
  compat::on_exit_msg(self_, [this](caf::exit_msg&) { begin_stop(); });
  start();
}

group_supervisor_state::~group_supervisor_state() {
  handle_->close();
  kill_children();
  publish_end();
}

supervisor_actor::behavior_type group_supervisor_state::make_behavior() {
  return {
    // those that want an answer
    [this](const ack& x) { registry_->buffer()->put(x); },
    [this](const ack_individual& x) { registry_->buffer()->put(x); },
    [this](const std::string& topic, partition_t partition, generation g,
           offset_t offset) {
      registry_->buffer()->put(ack{topic, partition, g, offset});
    },
    [this](const std::string& topic, partition_t partition, generation g,
           const std::vector<offset_t>& offsets) {
      registry_->buffer()->put(ack_individual{topic, partition, g, offsets});
    },
    [this](const ack_request& x) { return ask_ack(x); },
    [this](const get_committed_offsets& x) { return ask_committed(x); },
    [this](get_status) { return ask_status(); },
    [this](const subscribe_events& x) {
      publisher_.subscribe(x.listener, monitors_);
    },
    [this](stop_group) { begin_stop(); },
    [this](const nack& x) { registry_->buffer()->put(x); },
    [this](const nack_request& x) { return ask_ack(x); },
    [this](const pause_partitions& x) { return ask_intent(x); },
    [this](const resume_partitions& x) { return ask_intent(x); },
    [this](const restart_worker& x) { return ask_intent(x); },
    [this](const dispose_record& x) { return ask_intent(x); },
    [this](const move_partition& x) { return ask_intent(x); },
    [this](const get_record& x) { return ask_record(x); },
    [this](const event& x) { on_event(x); },
    [this](client_closed x) { on_client_closed(x); },
    [this](strands_idle) {
      if (phase_ == phase::stopping && !children_)
        end_stop(true);
    },
    [this](buffer_filled) { refuse_acks(); },
    [this](restart_group x) {
      if (phase_ == phase::backing_off && x.incarnation == incarnation_)
        start();
    },
    [this](stop_deadline x) { on_stop_deadline(x); },
    [this](const handler_event& x) { publisher_.publish(x.what); },
  };
}

/// As the chart says; an incarnation that was begun is in order, or is being
/// ended.
void group_supervisor_state::transition_to(phase x) {
  assert(phase_ != phase::ended);
  assert(phase_ != phase::stopping || x == phase::ended);
  phase_ = x;
}

// -- incarnations -------------------------------------------------------------

void group_supervisor_state::start() {
  transition_to(phase::running);
  refusals_.report(publisher_);
  manager_down_ = coordinator_down_ = client_closed_ = false;
  cause_.reset();
  ++incarnation_;
  children_ = start_children_([handle = handle_, incarnation = incarnation_] {
    handle->post(client_closed{incarnation});
  });
  compat::post(children_->manager,
               subscribe_events{caf::actor_cast<caf::actor>(self_)});
  monitors_.add(children_->manager,
                [this](const caf::error& x) { on_child_down(true, x); });
  monitors_.add(children_->coordinator,
                [this](const caf::error& x) { on_child_down(false, x); });
}

void group_supervisor_state::on_child_down(bool is_manager,
                                           const caf::error& cause) {
  (is_manager ? manager_down_ : coordinator_down_) = true;
  if (is_manager) { // until the next one is made
    registry_->buffer()->read_by(
      [handle = handle_] { handle->post(buffer_filled{}); });
    answer_intents();
  }
  // The manager had it close the client and is about to end with the cause.
  if (!is_manager && !manager_down_ && cause == caf::exit_reason::user_shutdown)
    return;
  auto code = code_of(cause);
  if (code == errc::none)
    code = is_manager ? errc::manager_died : errc::coordinator_died;
  if (!cause_)
    cause_ = make_error(code, text_of(cause));
  if (phase_ == phase::running)
    transition_to(phase::clearing);
  kill_children();
  check_cleared();
}

void group_supervisor_state::on_client_closed(client_closed x) {
  if (x.incarnation != incarnation_)
    return;
  client_closed_ = true;
  check_cleared();
}

/// The next incarnation starts only when nothing of this one is left: two
/// clients of one member could overtake each other's commits.
void group_supervisor_state::check_cleared() {
  if (!children_ || !manager_down_ || !coordinator_down_ || !client_closed_)
    return;
  children_.reset();
  if (phase_ == phase::stopping)
    await_handlers();
  else
    restart_or_give_up();
}

void group_supervisor_state::restart_or_give_up() {
  auto code = code_of(*cause_);
  if (is_permanent(code)) {
    give_up(code, *cause_);
    return;
  }
  auto delay = policy_.on_failure(
    compat::now(self_), std::uniform_real_distribution<double>{0, 1}(random_));
  if (!delay) {
    give_up(errc::restarts_exhausted,
            make_error(code, text_of(*cause_)
                               + ": more than supervisor-restart-max restarts "
                                 "in supervisor-restart-window"));
    return;
  }
  transition_to(phase::backing_off);
  event x;
  x.kind = event_kind::group_restarted;
  x.count = ++restarts_;
  x.code = code;
  x.text = text_of(*cause_);
  publisher_.publish(std::move(x));
  compat::send_after(self_, supervisor_actor{self_}, caf::timespan{*delay},
                     restart_group{incarnation_});
}

void group_supervisor_state::give_up(errc code, const caf::error& cause) {
  event x;
  x.kind = event_kind::supervisor_gave_up;
  x.code = code_of(cause);
  x.text = text_of(cause);
  publisher_.publish(std::move(x));
  end(make_error(code, text_of(cause)));
}

void group_supervisor_state::kill_children() {
  if (!children_)
    return;
  if (!manager_down_)
    caf::anon_send_exit(children_->manager, caf::exit_reason::kill);
  if (!coordinator_down_)
    caf::anon_send_exit(children_->coordinator, caf::exit_reason::kill);
}

// -- stop ---------------------------------------------------------------------

void group_supervisor_state::begin_stop() {
  if (phase_ == phase::stopping || phase_ == phase::ended)
    return;
  auto was_running = phase_ == phase::running;
  transition_to(phase::stopping);
  caf::timespan limit{options_->config.stop_timeout};
  auto self = supervisor_actor{self_};
  compat::send_after(self_, self, limit, stop_deadline{false});
  compat::send_after(self_, self, limit + stop_margin, stop_deadline{true});
  if (was_running)
    compat::post(children_->manager, stop_group{});
  else if (!children_)
    await_handlers();
}

/// The actors are gone; handlers may still run or be closed.
void group_supervisor_state::await_handlers() {
  if (stop_overdue_ && registry_->strands().busy() > 0)
    end_stop(false);
  else
    registry_->strands().when_idle(
      [handle = handle_] { handle->post(strands_idle{}); });
}

void group_supervisor_state::on_stop_deadline(stop_deadline x) {
  stop_overdue_ = true;
  if (!children_)
    end_stop(registry_->strands().busy() == 0);
  else if (x.last)
    kill_children();
}

void group_supervisor_state::end_stop(bool idle) {
  if (idle) {
    end(caf::exit_reason::user_shutdown);
    return;
  }
  event x;
  x.kind = event_kind::stop_expired;
  x.count = registry_->strands().busy();
  publisher_.publish(std::move(x));
  end(make_error(errc::calls_outlived_stop,
                 std::to_string(registry_->strands().busy())
                   + " handler calls run on after stop-timeout"));
}

/// CAF 1.1 tells those that monitor before it destroys the state: whoever hears
/// of the end may start a group of this name.
void group_supervisor_state::end(caf::error why) {
  transition_to(phase::ended);
  publish_end();
  self_->quit(std::move(why));
}

void group_supervisor_state::publish_end() {
  if (auto tell = std::exchange(on_end_, nullptr))
    tell();
}

} // namespace cafka::actors
