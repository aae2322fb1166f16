#include "core/revocation.hpp"

#include "core/revoke_commit_limit.hpp"

#include <algorithm>
#include <utility>

namespace cafka::core {

auto revocation::revoke(rebalance_id id,
                        const std::vector<topic_partition>& partitions,
                        time_point now, time_point deadline) -> actions {
  actions result;
  result.drain_until = deadline;
  rebalance_ = id;
  // An older commit does not cover what is new.
  transition_to(state::draining);
  for (auto& tp : partitions) {
    auto is_new = partitions_.insert(tp).second;
    auto i = is_new ? draining_.emplace(tp, deadline).first
                    : draining_.find(tp);
    if (!is_new && (i == draining_.end() || i->second <= deadline))
      continue;
    i->second = deadline;
    result.drain.push_back(tp);
  }
  return commit_if_drained(std::move(result), now);
}

auto revocation::lose(rebalance_id id,
                      const std::vector<topic_partition>& partitions,
                      time_point now) -> actions {
  rebalance_ = id;
  for (auto& tp : partitions) {
    partitions_.erase(tp);
    draining_.erase(tp);
    uncommitted_.erase(tp);
  }
  if (partitions_.empty())
    return finish({});
  return commit_if_drained({}, now);
}

auto revocation::drained(const topic_partition& tp, time_point now) -> actions {
  actions result;
  if (draining_.erase(tp) != 0)
    result.fence.push_back(tp);
  return commit_if_drained(std::move(result), now);
}

void revocation::commit_sent(std::uint64_t id) noexcept {
  commit_id_ = id;
  transition_to(state::awaiting);
}

auto revocation::nothing_to_commit() -> actions {
  return finish({});
}

auto revocation::commit_answered(std::uint64_t id,
                                 const std::vector<topic_partition>& again,
                                 time_point now) -> actions {
  actions result;
  if (state_ == state::committing) {
    result.commit = uncommitted_; // it waited for another one
    return result;
  }
  if (state_ != state::awaiting || commit_id_ != id)
    return result;
  uncommitted_.clear();
  for (auto& tp : again)
    if (partitions_.contains(tp))
      uncommitted_.insert(tp);
  if (uncommitted_.empty())
    return finish(std::move(result));
  retry_at_ = now + revoke_commit_retry;
  transition_to(state::retrying);
  return result;
}

auto revocation::look(time_point now) -> actions {
  actions result;
  for (auto& [tp, until] : draining_)
    if (until <= now)
      result.expired.push_back(tp);
  for (auto& tp : result.expired)
    draining_.erase(tp);
  result.fence = result.expired;
  if (state_ == state::draining)
    return commit_if_drained(std::move(result), now);
  if (state_ != state::idle && give_up_at_ <= now) {
    result.uncommitted.assign(uncommitted_.begin(), uncommitted_.end());
    return finish(std::move(result));
  }
  if (state_ == state::retrying && retry_at_ <= now) {
    transition_to(state::committing);
    result.commit = uncommitted_;
  }
  return result;
}

std::optional<time_point> revocation::next() const noexcept {
  switch (state_) {
    case state::idle:
      return std::nullopt;
    case state::draining: {
      auto by_time = [](auto& x, auto& y) { return x.second < y.second; };
      return std::min_element(draining_.begin(), draining_.end(), by_time)
        ->second;
    }
    case state::committing:
    case state::awaiting:
      return give_up_at_;
    case state::retrying:
      return std::min(retry_at_, give_up_at_);
  }
  return std::nullopt;
}

/// Once nothing drains any more, the last commit follows.
auto revocation::commit_if_drained(actions x, time_point now) -> actions {
  if (state_ != state::draining || !draining_.empty())
    return x;
  uncommitted_ = partitions_;
  give_up_at_ = now + revoke_commit_limit;
  transition_to(state::committing);
  x.commit = uncommitted_;
  return x;
}

auto revocation::finish(actions x) -> actions {
  x.done.emplace();
  x.done->answer = std::exchange(rebalance_, {});
  for (auto& tp : std::exchange(partitions_, {}))
    x.done->give_back.push_back(tp);
  draining_.clear();
  uncommitted_.clear();
  transition_to(state::idle);
  return x;
}

void revocation::transition_to(state x) noexcept {
  state_ = x;
}

} // namespace cafka::core
