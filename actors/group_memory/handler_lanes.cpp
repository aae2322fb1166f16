#include "actors/group_memory/handler_lanes.hpp"

#include <list>
#include <utility>

namespace cafka::actors {

// -- thread_pool -------------------------------------------------------------------

struct thread_pool::shared_state {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<job> waiting;
  std::list<std::thread> threads;
  std::size_t threads_max = 0;
  std::size_t idle = 0;
  std::size_t busy = 0;
  bool closed = false;
  bool exhausted = false;
  std::function<void(std::size_t)> on_exhausted;
};

thread_pool::thread_pool(std::size_t threads_max,
                         std::function<void(std::size_t)> on_exhausted)
  : state_(std::make_shared<shared_state>()) {
  state_->threads_max = threads_max;
  state_->on_exhausted = std::move(on_exhausted);
}

thread_pool::~thread_pool() {
  std::list<std::thread> threads;
  bool all_idle = false;
  {
    std::unique_lock guard{state_->mutex};
    state_->closed = true;
    all_idle = state_->busy == 0;
    threads.swap(state_->threads);
  }
  state_->wake.notify_all();
  auto self = std::this_thread::get_id();
  for (auto& x : threads) {
    // One busy thread makes all of them detached: which one it is is not worth
    // the bookkeeping, and the idle ones end by themselves.
    if (all_idle && x.get_id() != self)
      x.join();
    else
      x.detach();
  }
}

void thread_pool::execute(job x) {
  bool tell = false;
  {
    std::unique_lock guard{state_->mutex};
    state_->waiting.push_back(std::move(x));
    if (state_->waiting.size() <= state_->idle) {
      state_->wake.notify_one();
      return;
    }
    if (state_->threads.size() < state_->threads_max) {
      state_->threads.emplace_back([s = state_] { run(s); });
      return;
    }
    tell = !std::exchange(state_->exhausted, true);
  }
  if (tell && state_->on_exhausted)
    state_->on_exhausted(state_->threads_max);
}

void thread_pool::run(const std::shared_ptr<shared_state>& state) {
  std::unique_lock guard{state->mutex};
  for (;;) {
    while (state->waiting.empty()) {
      state->exhausted = false;
      if (state->closed)
        return;
      ++state->idle;
      state->wake.wait(guard);
      --state->idle;
    }
    auto x = std::move(state->waiting.front());
    state->waiting.pop_front();
    ++state->busy;
    guard.unlock();
    x();
    x = nullptr; // what it captured may take locks of its own
    guard.lock();
    --state->busy;
  }
}

// -- handler_lanes -------------------------------------------------------------------

handler_lanes::handler_lanes(std::unique_ptr<executor> runs_on)
  : state_(std::make_shared<shared_state>()) {
  state_->runs_on = std::move(runs_on);
}

handler_lanes::~handler_lanes() {
  std::unique_ptr<executor> ends_here;
  std::unique_lock guard{state_->mutex};
  state_->on_idle.clear();
  // Without its executor a lane runs its remaining jobs on the thread of the
  // job before them.
  ends_here = std::move(state_->runs_on);
  guard.unlock();
}

void handler_lanes::post(const topic_partition& tp, job x) {
  std::unique_lock guard{state_->mutex};
  auto [i, is_new] = state_->busy.try_emplace(tp);
  i->second.waiting.push_back(std::move(x));
  if (is_new)
    state_->runs_on->execute([s = state_, tp] { run_next(s, tp); });
}

void handler_lanes::run_next(const std::shared_ptr<shared_state>& state,
                             const topic_partition& tp) {
  std::unique_lock guard{state->mutex};
  auto i = state->busy.find(tp);
  auto x = std::move(i->second.waiting.front());
  guard.unlock();
  x();
  x = nullptr;
  guard.lock();
  i = state->busy.find(tp);
  i->second.waiting.pop_front();
  if (!i->second.waiting.empty()) {
    // Back to the end of the queue, so that other lanes get their turn.
    if (state->runs_on) {
      state->runs_on->execute([state, tp] { run_next(state, tp); });
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

std::size_t handler_lanes::busy() const {
  std::unique_lock guard{state_->mutex};
  return state_->busy.size();
}

void handler_lanes::when_idle(job f) {
  {
    std::unique_lock guard{state_->mutex};
    if (!state_->busy.empty()) {
      state_->on_idle.push_back(std::move(f));
      return;
    }
  }
  f();
}

} // namespace cafka::actors
