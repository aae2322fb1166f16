#include "core/progress_watch.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

namespace {

using delivery = progress_facts::delivery;

/// How often the end of a stopped partition is asked for. Somebody looks at its
/// lag, or an alarm does, in minutes; and one request holds all of them.
constexpr auto stopped_interval = std::chrono::seconds{30};

/// The longest interval between two assignments of a partition that stalls, in
/// times of the patience, which is 16 minutes by default: often enough to heal
/// it soon after its cause is gone, and no load where the cause stays.
constexpr int wait_factor_max = 16;

} // namespace

progress_action progress_watch::look(const progress_facts& facts,
                                     time_point now) noexcept {
  auto moved = facts.position > seen_.position;
  auto stays = facts.position == seen_.position;
  auto same = ask_at_ && is_as_before(facts);
  seen_ = facts;
  if (facts.what == delivery::stopped) {
    transition_to(state::moving);
    if (!same)
      ask_at_ = now;
    return now >= *ask_at_ ? progress_action::ask_end : progress_action::none;
  }
  if (!same || facts.what == delivery::waits)
    return restart(now, moved, stays);
  auto is_on = patience_ > duration::zero();
  return is_on && now >= *ask_at_ ? progress_action::ask_end
                                  : progress_action::none;
}

progress_action progress_watch::end_found(offset_t end,
                                          const progress_facts& facts,
                                          time_point now) noexcept {
  end_ = end;
  if (!first_end_)
    first_end_ = end;
  if (facts.what == delivery::stopped) {
    ask_at_ = now + stopped_interval;
    return progress_action::none;
  }
  if (!is_as_before(facts) || facts.what == delivery::waits)
    return progress_action::none; // the next look sees what has changed
  if (facts.position >= end)
    return restart(now, true, false);
  return found_wanting(facts.position, now, true);
}

progress_action progress_watch::end_unknown(bool asked,
                                            const progress_facts& facts,
                                            time_point now) noexcept {
  if (asked && facts.what == delivery::expected && is_as_before(facts))
    return found_wanting(facts.position, now, false);
  rest();
  ask_at_ = now
            + (seen_.what == delivery::stopped ? stopped_interval
                                               : patience_ / 2);
  return progress_action::none;
}

/// The first time may be chance.
progress_action progress_watch::found_wanting(offset_t position, time_point now,
                                              bool answered) noexcept {
  if (state_ == state::moving || state_ == state::resting) {
    transition_to(state_ == state::moving ? state::behind : state::stalled);
    ask_at_ = now + patience_ / 2;
    return progress_action::none;
  }
  transition_to(state::stalled);
  ++stage_;
  ask_at_ = now + next_wait();
  return next_step(position, answered);
}

/// `moved`: by delivery, or it has nothing left to deliver. `stays`: where it
/// was, so that a stall is not over.
progress_action progress_watch::restart(time_point now, bool moved,
                                        bool stays) noexcept {
  auto is_over = moved && stalls();
  ask_at_ = now + patience_ / 2;
  if (stays)
    rest();
  else
    transition_to(state::moving);
  return is_over ? progress_action::resumed : progress_action::none;
}

/// There is a reason for its silence, and nothing says that a stall is over.
void progress_watch::rest() noexcept {
  transition_to(stalls() ? state::resting : state::moving);
}

void progress_watch::transition_to(state x) noexcept {
  state_ = x;
  if (!stalls())
    stage_ = 0;
}

bool progress_watch::is_as_before(const progress_facts& facts) const noexcept {
  return facts.what == seen_.what && facts.position == seen_.position;
}

/// Who does not answer would not answer another client.
progress_action progress_watch::next_step(offset_t position,
                                          bool answered) const noexcept {
  constexpr std::uint32_t replacing = 3; // where two milder steps did not help
  if (stage_ == 1)
    return progress_action::seek;
  return answered && stage_ == replacing && position > replaced_at_
           ? progress_action::replace_client
           : progress_action::reassign;
}

/// The patience, and twice as much after each further report.
duration progress_watch::next_wait() const noexcept {
  auto doublings = std::min<std::uint32_t>(stage_ - 1, 30);
  return patience_ * std::min(1 << doublings, wait_factor_max);
}

} // namespace cafka::core
