#include "executor/thread_pool.hpp"

#include "core/thread_name.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

namespace cafka::executor {

namespace {

using clock = std::chrono::steady_clock;

/// A job that runs for longer counts as one that blocks, so that another thread
/// may take its place. Longer than a strand's turn of short calls.
constexpr auto short_job_max = std::chrono::milliseconds{2};

} // namespace

struct thread_pool::shared_state {
  /// What a thread does now.
  struct runner {
    clock::time_point since;
    bool blocks = false;
  };

  std::mutex mutex;
  std::condition_variable wake;           // an idle thread
  std::condition_variable watch;          // the one that watches the others
  std::array<std::deque<job>, 3> waiting; // by their kind
  std::size_t next_kind = 0;
  std::list<std::thread> threads;
  std::list<runner> busy;
  std::size_t threads_max = 0;
  std::size_t at_once_max = 0; // jobs that do not block
  std::size_t blocked = 0;
  std::size_t idle = 0;
  bool watched = false;
  bool closed = false;
  bool exhausted = false;
  std::function<void(std::size_t)> on_exhausted;
  core::thread_factory make_thread;

  bool waits() const noexcept {
    return std::any_of(waiting.begin(), waiting.end(),
                       [](auto& x) { return !x.empty(); });
  }
  void add(job x, job_kind kind) {
    waiting.at(static_cast<std::size_t>(kind)).push_back(std::move(x));
  }
  job take() {
    auto step = [this] { next_kind = (next_kind + 1) % waiting.size(); };
    while (waiting.at(next_kind).empty())
      step();
    auto& from = waiting.at(next_kind);
    step();
    auto result = std::move(from.front());
    from.pop_front();
    return result;
  }
  bool is_full() const noexcept {
    return busy.size() - blocked >= at_once_max;
  }
  void find_blocked() noexcept {
    auto limit = clock::now() - short_job_max;
    for (auto& x : busy)
      if (!x.blocks && x.since <= limit) {
        x.blocks = true;
        ++blocked;
      }
  }
};

thread_pool::thread_pool(std::size_t threads_max,
                         std::function<void(std::size_t)> on_exhausted,
                         std::size_t at_once_max,
                         core::thread_factory make_thread)
  : state_(std::make_shared<shared_state>()) {
  state_->threads_max = threads_max;
  state_->at_once_max = at_once_max != 0
                          ? at_once_max
                          : std::max(std::thread::hardware_concurrency(), 1u);
  state_->on_exhausted = std::move(on_exhausted);
  state_->make_thread = std::move(make_thread);
}

thread_pool::~thread_pool() {
  std::list<std::thread> threads;
  bool all_idle = false;
  {
    std::unique_lock guard{state_->mutex};
    state_->closed = true;
    all_idle = state_->busy.empty();
    threads.swap(state_->threads);
  }
  state_->wake.notify_all();
  state_->watch.notify_all();
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

/// The thread that calls takes the next job right away.
void thread_pool::execute_next(job x, job_kind kind) {
  std::unique_lock guard{state_->mutex};
  state_->add(std::move(x), kind);
}

void thread_pool::execute(job x, job_kind kind) {
  std::unique_lock guard{state_->mutex};
  state_->add(std::move(x), kind);
  auto exhausted = !call_thread(state_);
  auto threads = state_->threads.size();
  guard.unlock();
  if (exhausted && state_->on_exhausted)
    state_->on_exhausted(threads);
}

/// Of several jobs that wait, each thread calls the next.
void thread_pool::retry() {
  std::unique_lock guard{state_->mutex};
  if (state_->waits())
    call_thread(state_);
}

std::size_t thread_pool::threads() const {
  std::unique_lock guard{state_->mutex};
  return state_->threads.size();
}

/// Lets a thread see to the job that waits: at once, or as soon as one blocks.
/// False: there is none, which was not told before.
bool thread_pool::call_thread(const std::shared_ptr<shared_state>& state) {
  auto& s = *state;
  if (s.watched) {
    if (!s.is_full())
      s.watch.notify_one();
  } else if (s.idle > 0) {
    s.wake.notify_one();
  } else if (!add_thread(state)) {
    return std::exchange(s.exhausted, true);
  }
  return true;
}

/// False: there may be no other, or the system gives none.
bool thread_pool::add_thread(const std::shared_ptr<shared_state>& state) {
  auto& s = *state;
  if (s.threads.size() >= s.threads_max || s.closed)
    return false;
  try {
    s.threads.push_back(s.make_thread([state] { run(state); }));
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

/// Of the threads that run no job one watches while jobs wait, and takes the
/// place of those that block; the others are idle.
void thread_pool::run(const std::shared_ptr<shared_state>& state) {
  core::name_this_thread("handler");
  auto& s = *state;
  std::unique_lock guard{s.mutex};
  while (!s.closed || s.waits()) {
    s.exhausted = s.exhausted && s.waits();
    if (s.waits() && (!s.is_full() || s.closed)) {
      run_one(state, guard);
    } else if (!s.waits() || s.watched) {
      ++s.idle;
      s.wake.wait(guard);
      --s.idle;
    } else {
      s.watched = true;
      s.watch.wait_for(guard, short_job_max);
      s.watched = false;
      s.find_blocked();
    }
  }
}

void thread_pool::run_one(const std::shared_ptr<shared_state>& state,
                          std::unique_lock<std::mutex>& guard) {
  auto& s = *state;
  auto x = s.take();
  auto self = s.busy.insert(s.busy.end(), {clock::now()});
  auto exhausted = s.waits() && !call_thread(state);
  auto threads = s.threads.size();
  guard.unlock();
  if (exhausted && s.on_exhausted)
    s.on_exhausted(threads);
  x();
  x = nullptr; // what it captured may take locks of its own
  guard.lock();
  if (self->blocks)
    --s.blocked;
  s.busy.erase(self);
}

} // namespace cafka::executor
