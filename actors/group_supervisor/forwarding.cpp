/// What goes between users and the manager of the moment: acks, gathered,
/// queries, and events.

#include "actors/group_supervisor/group_supervisor.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace cafka::actors {

namespace {

/// How long a query waits for the manager, which answers from its state.
constexpr auto query_timeout = std::chrono::seconds{10};

using clock = std::chrono::steady_clock;

/// Acks go on together as long as they keep coming: the bundle is passed on after
/// so many looks that saw no new one, about 10 us, or when it is that old or that
/// large. A sender that found us asleep each time would pay for a wake-up with
/// each ack: some 3 us instead of 0.3.
constexpr int quiet_looks = 16;
constexpr auto bundle_age_max = std::chrono::microseconds{200};
constexpr std::size_t bundle_max = 500;

} // namespace

/// All that wait go on together: a sender of very many costs the manager few
/// messages.
void group_supervisor_state::gather_acks() {
  auto count = ack_buffer_->size();
  if (seen_ == 0)
    gathers_since_ = clock::now();
  if (count != std::exchange(seen_, count))
    looks_ = 0;
  if (count != 0 && count < bundle_max && ++looks_ <= quiet_looks
      && clock::now() - gathers_since_ < bundle_age_max) {
    std::this_thread::yield(); // who sends them may want this processor
    compat::post(supervisor_actor{self_}, pass_acks{});
    return;
  }
  pass_acks_on();
}

/// Before anything else that must not overtake them.
void group_supervisor_state::pass_acks_on() {
  seen_ = 0;
  auto acks = ack_buffer_->take();
  if (acks.empty())
    return;
  if (children_ && !manager_down_) {
    compat::post(children_->manager, passed_acks{std::move(acks)});
    return;
  }
  for (auto& x : acks)
    refuse(x);
}

void group_supervisor_state::refuse(const ack_series& x) {
  for (std::size_t i = 0; i < x.acks; ++i)
    refuse(x.tp, x.generation);
}

/// Between two lives nothing is held: refused like by a manager.
ack_reply group_supervisor_state::refuse(const topic_partition& tp,
                                         generation g) {
  refusals_.add(publisher_, tp, g, ack_result::not_held);
  return {ack_result::not_held, -1};
}

caf::result<ack_reply> group_supervisor_state::ask_ack(const ack_request& x) {
  pass_acks_on();
  topic_partition tp{x.topic, x.partition};
  if (!children_ || manager_down_)
    return refuse(tp, x.generation);
  auto promise = self_->make_response_promise<ack_reply>();
  compat::request(self_, children_->manager, query_timeout, x)
    .then([promise](const ack_reply& y) mutable { promise.deliver(y); },
          [this, promise, tp, g = x.generation](const caf::error&) mutable {
            promise.deliver(refuse(tp, g));
          });
  return promise;
}

caf::result<committed_offsets>
group_supervisor_state::ask_committed(const get_committed_offsets& x) {
  pass_acks_on();
  if (!children_ || manager_down_)
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
  pass_acks_on();
  if (!children_ || manager_down_)
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
