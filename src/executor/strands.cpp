#include "executor/strands.hpp"

#include <utility>

namespace cafka::executor {

strands::strands(std::unique_ptr<abstract_executor> runs_on)
  : state_(std::make_shared<shared_state>()) {
  state_->runs_on = std::move(runs_on);
}

strands::~strands() {
  std::unique_ptr<abstract_executor> ends_here;
  std::unique_lock guard{state_->mutex};
  state_->on_idle.clear();
  // Without its executor a strand runs its remaining jobs on the thread of the
  // job before them.
  ends_here = std::move(state_->runs_on);
  guard.unlock();
}

void strands::post(const topic_partition& tp, job x) {
  post(tp, std::move(x), job_kind::woken);
}

void strands::post_build(const topic_partition& tp, job x) {
  post(tp, std::move(x), job_kind::build);
}

void strands::post(const topic_partition& tp, job x, job_kind kind) {
  std::unique_lock guard{state_->mutex};
  auto [i, is_new] = state_->busy.try_emplace(tp);
  i->second.waiting.emplace_back(std::move(x), is_new || kind == job_kind::build
                                                 ? kind
                                                 : job_kind::going_on);
  if (is_new)
    state_->runs_on->execute([s = state_, tp] { run_next(s, tp); }, kind);
}

void strands::run_next(const std::shared_ptr<shared_state>& state,
                       const topic_partition& tp) {
  std::unique_lock guard{state->mutex};
  auto i = state->busy.find(tp);
  auto x = std::move(i->second.waiting.front().first);
  guard.unlock();
  x();
  x = nullptr;
  guard.lock();
  i = state->busy.find(tp);
  i->second.waiting.pop_front();
  if (!i->second.waiting.empty()) {
    // Back to the end of the queue, so that other strands get their turn.
    if (state->runs_on) {
      state->runs_on->execute_next([state, tp] { run_next(state, tp); },
                                   i->second.waiting.front().second);
      return;
    }
    guard.unlock();
    run_next(state, tp);
    return;
  }
  state->busy.erase(i);
  if (!state->busy.empty())
    return;
  auto told = std::exchange(state->on_idle, {});
  guard.unlock();
  for (auto& f : told)
    f();
}

void strands::retry() {
  std::unique_lock guard{state_->mutex};
  if (state_->runs_on)
    state_->runs_on->retry();
}

std::size_t strands::busy() const {
  std::unique_lock guard{state_->mutex};
  return state_->busy.size();
}

bool strands::is_busy(const topic_partition& tp) const {
  std::unique_lock guard{state_->mutex};
  return state_->busy.contains(tp);
}

std::size_t strands::threads() const {
  std::unique_lock guard{state_->mutex};
  return state_->runs_on ? state_->runs_on->threads() : 0;
}

void strands::when_idle(job f) {
  {
    std::unique_lock guard{state_->mutex};
    if (!state_->busy.empty()) {
      state_->on_idle.push_back(std::move(f));
      return;
    }
  }
  f();
}

} // namespace cafka::executor
