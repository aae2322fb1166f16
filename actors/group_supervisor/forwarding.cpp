/// What goes between users and the manager of the moment: queries, events, and
/// between two incarnations acks.

#include "actors/group_supervisor/group_supervisor.hpp"

#include <chrono>
#include <utility>
#include <variant>
#include <vector>

namespace cafka::actors {

namespace {

/// How long a query waits for the manager, which answers from its state.
constexpr auto query_timeout = std::chrono::seconds{10};

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
        promise.deliver(own_status());
      });
  return promise;
}

group_status group_supervisor_state::own_status() const {
  group_status result;
  result.name = options_->config.name;
  result.group = options_->config.group;
  result.group_restarts = restarts_;
  result.acks_refused = refusals_.total();
  result.state = phase_ == phase::stopping ? group_state::stopping
                                           : group_state::restarting;
  return result;
}

/// The observer has heard the manager's events already.
void group_supervisor_state::on_event(event x) {
  publisher_.forward(x);
}

} // namespace cafka::actors
