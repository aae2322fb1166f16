/// What goes between users and the manager of the moment: queries, events, and
/// between two incarnations acks.

#include "actors/group_supervisor/group_supervisor.hpp"

#include "actors/events/intent_events.hpp"
#include "actors/partition_pauses/partition_pauses.hpp"

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace cafka::actors {

namespace {

/// How long a query waits for the manager, which answers from its state.
constexpr auto query_timeout = std::chrono::seconds{10};

/// As long as a handler call may take, for which one waits.
constexpr auto intent_timeout = std::chrono::hours{24 * 365};

std::string name_of(const restart_worker&) {
  return "restart";
}

std::string name_of(const dispose_record& x) {
  return "dispose of offset " + std::to_string(x.offset);
}

std::string name_of(const move_partition& x) {
  return "move to " + to_string(x.to);
}

} // namespace

/// What waits for a manager while there is none. What strands of its former
/// incarnation say is void.
void group_supervisor_state::refuse_acks() {
  if (has_manager())
    return;
  std::vector<manager_buffer::item> waiting;
  registry_->buffer()->take_and_sleep(waiting);
  for (auto& x : waiting) {
    if (auto* acks = std::get_if<ack_series>(&x))
      for (std::size_t i = 0; i < acks->acks; ++i)
        refuse(acks->tp, acks->generation);
    else if (auto* failed = std::get_if<nack>(&x))
      refuse({failed->topic, failed->partition}, failed->generation);
  }
}

/// Between two incarnations nothing is held: refused like by a manager.
ack_reply group_supervisor_state::refuse(const topic_partition& tp,
                                         generation g) {
  refusals_.add(publisher_, tp, g, ack_result::not_held);
  return {ack_result::not_held, -1};
}

template <class Request>
caf::result<ack_reply> group_supervisor_state::ask_ack(const Request& x) {
  refuse_acks();
  topic_partition tp{x.topic, x.partition};
  if (!has_manager())
    return refuse(tp, x.generation);
  auto promise = self_->make_response_promise<ack_reply>();
  compat::request(self_, children_->manager, query_timeout, x)
    .then([promise](const ack_reply& y) mutable { promise.deliver(y); },
          [this, promise, tp, g = x.generation](const caf::error&) mutable {
            promise.deliver(refuse(tp, g));
          });
  return promise;
}

template caf::result<ack_reply>
group_supervisor_state::ask_ack(const ack_request&);
template caf::result<ack_reply>
group_supervisor_state::ask_ack(const nack_request&);

caf::result<committed_offsets>
group_supervisor_state::ask_committed(const get_committed_offsets& x) {
  refuse_acks();
  if (!has_manager())
    return committed_offsets{};
  auto promise = self_->make_response_promise<committed_offsets>();
  compat::request(self_, children_->manager, query_timeout, x)
    .then([promise](const committed_offsets& y) mutable { promise.deliver(y); },
          [promise](const caf::error&) mutable {
            promise.deliver(committed_offsets{});
          });
  return promise;
}

caf::result<group_status> group_supervisor_state::ask_status() {
  refuse_acks();
  if (!has_manager())
    return own_status();
  auto promise = self_->make_response_promise<group_status>();
  compat::request(self_, children_->manager, query_timeout, get_status{})
    .then(
      [this, promise](group_status y) mutable {
        y.group_restarts = restarts_;
        y.acks_refused += refusals_.total();
        promise.deliver(std::move(y));
      },
      [this, promise](const caf::error&) mutable {
        auto result = own_status();
        result.manager_answers = !has_manager();
        promise.deliver(std::move(result));
      });
  return promise;
}

caf::result<record_excerpt>
group_supervisor_state::ask_record(const get_record& x) {
  record_excerpt none;
  if (!has_manager()) {
    none.text = phase_ == phase::stopping ? "the group stops"
                                          : "the group restarts";
    return none;
  }
  none.text = "the group's manager does not answer";
  auto promise = self_->make_response_promise<record_excerpt>();
  compat::request(self_, children_->manager, query_timeout, x)
    .then([promise](const record_excerpt& y) mutable { promise.deliver(y); },
          [promise, none](const caf::error&) mutable {
            promise.deliver(none);
          });
  return promise;
}

/// Without a manager nobody else touches what is counted.
group_status group_supervisor_state::own_status() const {
  group_status result;
  result.name = options_->config.name;
  result.group = options_->config.group;
  result.group_restarts = restarts_;
  result.acks_refused = refusals_.total();
  result.state = phase_ == phase::stopping ? group_state::stopping
                                           : group_state::restarting;
  result.pauses = pauses_of(*registry_);
  if (!has_manager())
    registry_->counts().show(
      result, time_point{self_->clock().now().time_since_epoch()});
  return result;
}

// -- intents ------------------------------------------------------------------

template <class Intent>
caf::result<operation_reply>
group_supervisor_state::ask_intent(const Intent& x) {
  refuse_acks();
  if (!has_manager())
    return without_manager(x);
  auto promise = self_->make_response_promise<operation_reply>();
  auto number = ++last_asked_;
  asked_.emplace(
    number, asked_intent{promise, [this, x] { return without_manager(x); }});
  compat::request(self_, children_->manager, intent_timeout, x)
    .then([this,
           number](const operation_reply& y) { answer_intent(number, y); },
          [](const caf::error&) {}); // its end is told, too
  return promise;
}

template caf::result<operation_reply>
group_supervisor_state::ask_intent(const pause_partitions&);
template caf::result<operation_reply>
group_supervisor_state::ask_intent(const resume_partitions&);
template caf::result<operation_reply>
group_supervisor_state::ask_intent(const restart_worker&);
template caf::result<operation_reply>
group_supervisor_state::ask_intent(const dispose_record&);
template caf::result<operation_reply>
group_supervisor_state::ask_intent(const move_partition&);

/// A pause needs nothing that is held. All else does.
template <class Intent>
operation_reply group_supervisor_state::without_manager(const Intent& x) {
  auto& config = options_->config;
  if constexpr (std::is_same_v<Intent, pause_partitions>)
    return take_pause(*registry_, config, publisher_, x);
  else if constexpr (std::is_same_v<Intent, resume_partitions>)
    return take_resume(*registry_, config, publisher_, x);
  else
    return actors::refuse(
      publisher_, {{x.topic, x.partition}, x.who, x.reason, name_of(x)},
      {operation_result::unavailable,
       phase_ == phase::stopping ? "the group stops" : "the group restarts"});
}

void group_supervisor_state::answer_intent(std::uint64_t number,
                                           operation_reply x) {
  if (auto node = asked_.extract(number))
    node.mapped().promise.deliver(std::move(x));
}

/// The manager has ended, and will not.
void group_supervisor_state::answer_intents() {
  for (auto& [number, x] : std::exchange(asked_, {}))
    x.promise.deliver(x.otherwise());
}

// -- events -------------------------------------------------------------------

/// The observer has heard the manager's events already.
void group_supervisor_state::on_event(event x) {
  publisher_.forward(x);
}

} // namespace cafka::actors
