// What the manager asks of the client where a partition is silent, or its
// position seems out of range.

#include "actors/group_coordinator/group_coordinator.hpp"

#include <utility>

namespace cafka::actors {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Beyond it a broker counts as silent. An assignment waits for a question that
/// runs.
constexpr milliseconds look_timeout = seconds{5};

/// A rebalance in which all take part is over by then.
constexpr auto join_patience = seconds{10};

/// Token of what the manager asks; rebalances count from 1.
constexpr std::uint64_t no_rebalance = 0;

} // namespace

/// While the member joins or no broker is there, silence has its reason.
void group_coordinator_state::on_ends_request(const ends_request& x) {
  auto is_quiet = client_ && settled_
                  && member_.at() == core::membership::state::assigned;
  ends_id_ = x.id;
  if (is_quiet && !outage_.lasts() && !x.partitions.empty())
    client_->find_ends(x.partitions, look_timeout, no_rebalance);
  else
    answer_ends({});
}

/// Nobody may wait for them.
void group_coordinator_state::answer_ends(ends_result x) {
  auto id = std::exchange(ends_id_, std::nullopt);
  if (!id)
    return;
  x.id = *id;
  compat::post(manager_, std::move(x));
}

void group_coordinator_state::on_event(const kafka::ends_found& x) {
  if (!x.failure)
    on_answer();
  if (x.token != no_rebalance) {
    on_ends_for_begin(x);
    return;
  }
  answer_ends({x.ends, !outage_.lasts()});
}

/// What keeps the member from its partitions is told again each minute, and so
/// is a topic that does not exist.
void group_coordinator_state::publish_waits() {
  using state = core::membership::state;
  auto t = now();
  auto at = member_.at();
  auto joins = client_ && at != state::revoking
               && (at != state::assigned || !settled_);
  if (!joins)
    joins_since_.reset();
  else if (!joins_since_)
    joins_since_ = t;
  if (join_notice_.look(joins && t - *joins_since_ >= join_patience, t))
    compat::post(manager_, member_waiting{what_it_waits_for()});
  if (topic_notice_.look(!missing_topics_.empty(), t))
    for (auto& [text, x] : missing_topics_)
      compat::post(manager_, client_failure{x});
}

std::string group_coordinator_state::what_it_waits_for() const {
  if (outage_.lasts())
    return "no broker can be reached";
  if (member_.looking_up() != nullptr)
    return "the brokers do not say where its partitions begin";
  return "it joins the group; a member that died is waited for until its "
         "session times out (session-timeout-ms)";
}

/// Without a client its partitions are lost, and nobody waits for the answer.
void group_coordinator_state::on_range_request(const range_request& x) {
  if (client_ && fence_.holds(x.tp, x.generation))
    client_->find_range(x.tp, look_timeout, x.generation.value);
}

void group_coordinator_state::on_event(const kafka::range_found& x) {
  range_result result{x.tp, {x.token}, std::nullopt};
  if (!x.failure)
    result.range = x.range;
  compat::post(manager_, std::move(result));
}

void group_coordinator_state::on_position_request(const position_request& x) {
  if (client_ && fence_.holds(x.tp, x.generation))
    client_->find_position(x.tp, x.time_ms, look_timeout, x.id);
  else
    compat::post(
      manager_,
      position_result{x.tp, x.id, {{}, {}, "not held in this generation"}});
}

void group_coordinator_state::on_event(const kafka::position_found& x) {
  position_result result{x.tp, x.token, x.what};
  if (x.failure)
    result.what.failure = x.failure.text;
  compat::post(manager_, std::move(result));
}

void group_coordinator_state::on_follow_generation(const follow_generation& x) {
  if (fence_.holds(x.tp, x.former))
    fence_.take(x.tp, x.generation);
}

void group_coordinator_state::on_wake_request(const wake_request& x) {
  if (!client_ || !fence_.holds(x.tp, x.generation))
    return;
  auto failure = x.reassign || x.offset < 0
                   ? client_->reposition({x.tp, x.offset})
                   : client_->seek({x.tp, x.offset});
  if (failure)
    publish(failure);
}

} // namespace cafka::actors
