#include "core/partition.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cafka::core {

namespace {

std::vector<offset_range> runs_of(const record_block& block) {
  auto first = block.offset_at(0);
  auto end = block.offset_at(block.size() - 1) + 1;
  if (end - first == static_cast<offset_t>(block.size())) // nearly always
    return {{first, end}};
  std::vector<offset_range> result;
  for (std::size_t i = 0; i < block.size(); ++i) {
    auto offset = block.offset_at(i);
    if (!result.empty() && result.back().last == offset)
      ++result.back().last;
    else
      result.push_back({offset, offset + 1});
  }
  return result;
}

} // namespace

partition::partition(generation g, offset_t begin, restart_limits limits,
                     failure_rules rules, failure_row row,
                     const range_set& acked)
  : generation_(g),
    begin_(begin),
    limits_(limits),
    policy_(limits),
    rules_(std::move(rules)),
    row_(row),
    isolation_(rules_.ack_timeout) {
  if (begin >= 0)
    tracker_.emplace(begin).adopt(acked);
}

// -- the incarnation of a worker ----------------------------------------------

std::uint64_t partition::begin_incarnation() noexcept {
  transition_to(partition_state::starting);
  alive_ = true;
  return ++incarnation_;
}

void partition::ready() noexcept {
  if (state_ == partition_state::starting)
    go_on();
}

void partition::go_on() noexcept {
  transition_to(isolation_.on() ? partition_state::isolating
                                : partition_state::running);
}

failure_decision partition::worker_gone(time_point now, double jitter,
                                        errc code, std::string why) {
  incarnation_ends({code, std::move(why), {}});
  if (state_ == partition_state::draining || state_ == partition_state::fenced)
    return {failure_decision::action::finish};
  ++failures_;
  // What was in doubt is fetched again in any case.
  revive_ = revive_ || state_ == partition_state::doubted;
  auto delay = policy_.on_failure(now, jitter);
  if (!delay) {
    transition_to(partition_state::exhausted);
    return {failure_decision::action::exhaust};
  }
  ++restarts_;
  transition_to(partition_state::backoff);
  next_try_ = now + *delay;
  return {failure_decision::action::restart, *delay};
}

bool partition::backoff_over(offset_t source_position) {
  next_try_.reset();
  if (!revive_ && accounts_for(source_position))
    return true;
  transition_to(partition_state::moving);
  forget_deliveries();
  return false;
}

/// All of it comes again from the watermark.
void partition::forget_deliveries() noexcept {
  log_.clear();
  failed_.rewind();
  withheld_.clear();
  if (tracker_)
    tracker_->rewind();
}

bool partition::accounts_for(offset_t source_position) const noexcept {
  if (log_.has_dropped())
    return false;
  return tracker_ ? source_position <= tracker_->position()
                  : source_position < 0;
}

// -- moves --------------------------------------------------------------------

std::optional<move_target> partition::target() const noexcept {
  if (state_ != partition_state::moving)
    return std::nullopt;
  auto to = !tracker_ ? begin_
            : alive_  ? tracker_->position()
                      : tracker_->watermark();
  return move_target{moves_, to, revive_};
}

void partition::moved() noexcept {
  revive_ = false;
  if (alive_)
    go_on();
}

bool partition::doubt() noexcept {
  if (state_ != partition_state::running && state_ != partition_state::starting
      && state_ != partition_state::isolating)
    return false;
  transition_to(partition_state::doubted);
  asked_ = 1;
  return true;
}

void partition::believe() noexcept {
  transition_to(partition_state::moving);
  revive_ = true;
}

void partition::reset(generation g, offset_t begin) {
  auto is_intended = is_paused(pause_reason::intent);
  *this = partition{g, begin, limits_, std::move(rules_), row_};
  set_pause(pause_reason::intent, is_intended);
  transition_to(partition_state::moving);
  revive_ = true;
}

void partition::transition_to(partition_state x) noexcept {
  state_ = x;
  if (x == partition_state::moving)
    ++moves_;
  next_try_.reset();
  asked_ = 0;
}

// -- delivery -----------------------------------------------------------------

void partition::resolve(offset_t begin) {
  if (!tracker_)
    tracker_.emplace(begin);
}

bool partition::take(const intake& x) {
  auto resolves = !tracker_ && x.resolved_begin;
  if (x.resolved_begin)
    resolve(*x.resolved_begin);
  if (x.block) {
    resolve(x.block->block->offset_at(0)); // where the source did not tell it
    auto runs = runs_of(*x.block->block);
    tracker_->delivered(runs, std::max(x.next.value_or(0), runs.back().last));
    log_.add(x.block);
  } else if (x.next) {
    resolve(*x.next);
    if (*x.next > tracker_->position())
      tracker_->delivered({}, *x.next);
  }
  return resolves;
}

std::optional<redelivery> partition::next_redelivery(offset_t after) const {
  if (!tracker_ || isolation_.waits_for())
    return std::nullopt;
  if (isolation_.on())
    after = -1;
  auto result = log_.next_redelivery(
    after, failed_.on_their_way({after + 1, tracker_->position()}));
  if (!result)
    return result;
  auto& block = *result->from->block;
  auto first = result->indices.empty() ? 0 : result->indices.front();
  if (isolation_.on() && block.offset_at(first) < *isolation_.until())
    result->indices = {first};
  auto last = result->indices.empty() ? block.size() - 1
                                      : result->indices.back();
  result->failures
    = failed_.counts({block.offset_at(first), block.offset_at(last) + 1});
  return result;
}

bool partition::is_due(time_point now) const noexcept {
  return state_ == partition_state::backoff && next_try_ && *next_try_ <= now;
}

delivery_step partition::next_step(offset_t after) const {
  if (auto again = next_redelivery(after)) {
    delivery_step result;
    result.again = std::move(again);
    return result;
  }
  return read_step();
}

delivery_step partition::read_step() const {
  if (!tracker_)
    return {};
  auto at = tracker_->position();
  return {std::nullopt, tracker_->acked_above(), at,
          at < isolation_.until().value_or(at),
          failed_.counts({at, std::numeric_limits<offset_t>::max()})};
}

void partition::call_begun(time_point now) noexcept {
  call_since_ = now;
}

void partition::call_begun(time_point now, offset_range batch) noexcept {
  call_begun(now);
  failed_.delivered(batch);
}

void partition::call_ended() noexcept {
  call_since_.reset();
  slow_reports_ = 0;
}

std::optional<duration> partition::slow_call(time_point now,
                                             duration limit) noexcept {
  if (!call_since_ || now - *call_since_ < limit * (slow_reports_ + 1))
    return std::nullopt;
  ++slow_reports_;
  return now - *call_since_;
}

bool partition::set_pause(pause_reason why, bool on) noexcept {
  auto changes = is_paused(why) != on;
  if (changes)
    paused_for_ ^= static_cast<unsigned>(why);
  return changes;
}

// -- giving back --------------------------------------------------------------

void partition::begin_drain() noexcept {
  transition_to(partition_state::draining);
}

void partition::worker_drained() noexcept {
  alive_ = false;
  call_ended();
}

bool partition::drained() const noexcept {
  return state_ == partition_state::draining && !alive_ && awaited_.empty()
         && withheld_.empty() && !failed_.any_away();
}

void partition::fence() noexcept {
  failed_ = {};
  transition_to(partition_state::fenced);
}

} // namespace cafka::core
