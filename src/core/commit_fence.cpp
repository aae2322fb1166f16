#include "core/commit_fence.hpp"

#include <utility>

namespace cafka::core {

void commit_fence::take(const topic_partition& tp, generation g) {
  held_[tp] = g;
}

void commit_fence::release(const std::vector<topic_partition>& partitions) {
  for (auto& tp : partitions)
    held_.erase(tp);
}

bool commit_fence::holds(const topic_partition& tp, generation g) const {
  return held_in(tp) == g;
}

std::optional<generation>
commit_fence::held_in(const topic_partition& tp) const {
  auto i = held_.find(tp);
  return i == held_.end() ? std::nullopt : std::optional{i->second};
}

std::vector<topic_partition> commit_fence::held() const {
  std::vector<topic_partition> result;
  for (auto& [tp, g] : held_)
    result.push_back(tp);
  return result;
}

auto commit_fence::on_request(commit_request x) -> std::optional<answer> {
  answer refused{x.id, {}};
  if (state_ != state::idle) {
    for (auto& y : x.entries)
      refused.entries.push_back({y, refusal::busy});
    return refused;
  }
  commit_request accepted{x.id, {}};
  std::vector<commit_request::entry> fenced;
  for (auto& y : x.entries)
    (holds(y.tp, y.generation) ? accepted.entries : fenced).push_back(y);
  if (accepted.entries.empty()) {
    for (auto& y : fenced)
      refused.entries.push_back({y, refusal::fenced});
    return refused;
  }
  outstanding_ = std::move(accepted);
  fenced_ = std::move(fenced);
  transition_to(state::parked);
  return std::nullopt;
}

std::optional<commit_request> commit_fence::send_if(bool may_send) {
  if (state_ != state::parked || !may_send)
    return std::nullopt;
  transition_to(state::sent);
  return outstanding_;
}

auto commit_fence::on_answered(std::uint64_t id) -> std::optional<answer> {
  if (state_ != state::sent || outstanding_.id != id)
    return std::nullopt;
  return take_answer(refusal::none);
}

auto commit_fence::abort(refusal why) -> std::optional<answer> {
  if (state_ == state::idle)
    return std::nullopt;
  return take_answer(why);
}

auto commit_fence::take_answer(refusal why) -> answer {
  answer result{outstanding_.id, {}};
  for (auto& x : std::exchange(outstanding_, {}).entries)
    result.entries.push_back({std::move(x), why});
  for (auto& x : std::exchange(fenced_, {}))
    result.entries.push_back({std::move(x), refusal::fenced});
  transition_to(state::idle);
  return result;
}

void commit_fence::transition_to(state x) noexcept {
  state_ = x;
}

} // namespace cafka::core
