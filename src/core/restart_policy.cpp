#include "core/restart_policy.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>

namespace cafka::core {

namespace {

/// After so many even the least duration has passed the greatest.
constexpr std::size_t doublings_max = 63;

/// Backoff after the `k`-th failure, from 1, before jitter.
duration backoff(const restart_limits& limits, std::size_t k) noexcept {
  auto max = limits.backoff_max;
  auto result = std::min(limits.backoff_min, max);
  // Ends after `doublings_max`, except for 0, which doubles to itself.
  for (std::size_t i = 1; i < k && result > duration::zero(); ++i) {
    if (result > max / 2)
      return max;
    result *= 2;
  }
  return result;
}

duration saturated_add(duration a, duration b) noexcept {
  return a > duration::max() - b ? duration::max() : a + b;
}

duration saturated_multiply(duration x, std::size_t n) noexcept {
  if (x == duration::zero())
    return x;
  auto n_max = static_cast<std::size_t>(duration::max() / x);
  return n > n_max ? duration::max() : x * static_cast<duration::rep>(n);
}

} // namespace

duration backoff(const restart_limits& limits, std::size_t k,
                 double jitter) noexcept {
  auto full = backoff(limits, k);
  if (k == 1)
    return full;
  using fractional = std::chrono::duration<double, duration::period>;
  return full
         - std::chrono::duration_cast<duration>(fractional{full} * jitter / 2);
}

duration restart_limits::time_to_exhaust() const noexcept {
  if (restart_max == 0)
    return duration::zero();
  // The first backoff has no jitter; the others are halved at most.
  auto result = backoff(*this, 1);
  for (std::size_t k = 2; k <= restart_max; ++k) {
    auto next = backoff(*this, k);
    // From here on all are alike, so that a huge `restart_max` costs nothing.
    if (next == backoff(*this, k + 1))
      return saturated_add(result,
                           saturated_multiply(next / 2, restart_max - k + 1));
    result = saturated_add(result, next / 2);
  }
  return result;
}

std::optional<duration> restart_policy::on_failure(time_point now,
                                                   double jitter) {
  assert(jitter >= 0 && jitter < 1);
  while (!failures_.empty() && !in_window(failures_.front(), now))
    failures_.pop_front();
  failures_.push_back(now);
  // More would change no answer.
  auto most = limits_.restart_max == std::numeric_limits<std::size_t>::max()
                ? doublings_max + 1
                : limits_.restart_max + 1;
  if (failures_.size() > most)
    failures_.pop_front();
  auto k = failures_.size();
  if (k > limits_.restart_max)
    return std::nullopt;
  return backoff(limits_, k, jitter);
}

std::size_t restart_policy::failures(time_point now) const noexcept {
  // In rising order: what left the window stands in front.
  auto first = std::ranges::find_if(failures_, [&](time_point x) {
    return in_window(x, now);
  });
  return static_cast<std::size_t>(std::distance(first, failures_.end()));
}

} // namespace cafka::core
