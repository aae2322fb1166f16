#include "core/partition_orders.hpp"

#include <utility>

namespace cafka::core {

namespace {

using note = failure_note::kind;
using action = failure_effect::action;
using state = partition_state;

bool is_given_back(state x) {
  return x == state::draining || x == state::fenced;
}

} // namespace

// -- a worker that begins anew ------------------------------------------------

std::pair<operation_result, failure_effect>
partition_orders::restart(time_point now) {
  failure_effect effect;
  if (is_given_back(of_.state_))
    return {operation_result::given_back, {}};
  if (of_.leaves_ && of_.failed_.is_away(*of_.leaves_))
    return {operation_result::on_its_way, {}};
  renew_budget();
  if (of_.alive_)
    return {operation_result::done, {}};
  if (of_.state_ == state::backoff) {
    of_.next_try_ = now;
    effect.worker = action::restart;
  } else if (of_.state_ == state::exhausted || of_.state_ == state::disposing) {
    of_.restart(effect, 0, now, 0);
    of_.next_try_ = now;
    effect.delay = {};
  }
  return {operation_result::done, std::move(effect)};
}

/// As if nothing had failed yet. What failed is still passed by no ack.
void partition_orders::renew_budget() {
  of_.policy_ = restart_policy{of_.limits_};
  of_.failures_ = 0;
  of_.failed_.forgive();
  if (auto x = std::exchange(of_.leaves_, std::nullopt))
    of_.failed_.find(*x)->way.reset();
}

// -- a record that is got past ------------------------------------------------

operation_result partition_orders::refusal(offset_t x,
                                           failure_step step) const {
  if (is_given_back(of_.state_))
    return operation_result::given_back;
  auto failing = of_.failed_.first();
  auto pending = of_.tracker_ && of_.tracker_->pending().contains(x);
  if (failing != x)
    return of_.isolation_.on() && pending && x < *of_.isolation_.until()
             ? operation_result::blame_unknown
             : operation_result::not_failing;
  if (of_.failed_.is_away(x))
    return operation_result::on_its_way;
  if (!pending || (step == failure_step::dead_letter && !of_.log_.find(x)))
    return operation_result::not_delivered;
  return operation_result::done;
}

std::pair<operation_result, failure_effect>
partition_orders::dispose(offset_t x, failure_step step, time_point now) {
  if (auto why = refusal(x, step); why != operation_result::done)
    return {why, {}};
  failure_effect effect;
  of_.failed_.find(x)->way.emplace(++of_.disposals_, disposal::reason::ordered);
  if (step == failure_step::dead_letter)
    order_letter(effect, x, now);
  else
    skip(effect, x, now);
  return {operation_result::done, std::move(effect)};
}

std::optional<redelivery> partition_orders::stands_at() const {
  if (auto failing = of_.failed_.first())
    return of_.log_.find(*failing);
  auto result = of_.log_.next_redelivery(-1);
  if (!result)
    return std::nullopt;
  auto first = result->indices.empty() ? 0 : result->indices.front();
  return of_.log_.find(result->from->block->offset_at(first));
}

/// It stands still since this record failed for the last time.
bool partition_orders::stopped_for(offset_t x) const {
  auto& cause = of_.failed_.find(x)->cause;
  return of_.state_ == state::exhausted && of_.last_error_ == cause.code
         && of_.last_error_text_ == cause.text;
}

/// Its worker goes on, or the next one begins at once.
void partition_orders::skip(failure_effect& to, offset_t x, time_point now) {
  auto is_stopped = stopped_for(x);
  auto cause = of_.failed_.find(x)->cause;
  ++of_.skipped_;
  of_.got_past(to, x, {note::record_skipped, x, 0, std::move(cause)}, now);
  if (is_stopped) {
    of_.restart(to, 0, now, 0);
    of_.next_try_ = now;
    to.delay = {};
  } else if (of_.state_ == state::backoff && to.worker == action::none) {
    of_.next_try_ = now;
    to.worker = action::restart;
  }
}

/// As a record that used up its retries: the next worker waits for the report.
void partition_orders::order_letter(failure_effect& to, offset_t x,
                                    time_point now) {
  of_.revive_ = of_.revive_ || of_.state_ == state::doubted;
  if (of_.alive_)
    of_.incarnation_ends({errc::none, {}, {}});
  of_.transition_to(state::disposing);
  of_.leaves_ = x;
  to.worker = action::wait;
  of_.write_letter(to, x, now);
}

} // namespace cafka::core
