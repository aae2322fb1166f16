#include "exec_handlers/exec_pool.hpp"

#include "exec_handlers/exec_answer.hpp"

#include <algorithm>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using clock = std::chrono::steady_clock;

} // namespace

exec_pool::exec_pool(std::shared_ptr<exec_group> group)
  : group_(std::move(group)), slots_(group_->options().processes) {
  for (auto& x : slots_)
    free_.push_back(&x);
}

void exec_pool::enter(const current_process& x) {
  std::lock_guard lock{mutex_};
  handlers_.insert(&x);
}

/// The last one ends the processes, which no call has then.
void exec_pool::leave(const current_process& x) {
  std::lock_guard lock{mutex_};
  handlers_.erase(&x);
  if (!handlers_.empty()) {
    close_free();
    return;
  }
  auto now = clock::now();
  for (auto& place : slots_)
    if (place.process)
      place.process->close(closing_line("stopped", now), now, group_->grace());
  for (auto& place : slots_)
    if (auto closed = std::exchange(place, {}).process)
      closed->await_gone();
}

void exec_pool::look_again() {
  // So that none is about to wait who has not seen it.
  std::lock_guard lock{mutex_};
  changed_.notify_all();
  close_free();
}

/// The last deadline; nothing: a handler may still call.
std::optional<time_point> exec_pool::all_told() const {
  std::optional<time_point> result;
  for (auto* x : handlers_) {
    auto deadline = x->told();
    if (!deadline)
      return std::nullopt;
    result = std::max(*deadline, result.value_or(*deadline));
  }
  return result;
}

/// Nobody will call them: they end beside the calls that run, and not behind
/// them, when there may be no time left.
void exec_pool::close_free() {
  auto deadline = all_told();
  if (!deadline)
    return;
  auto plan = group_->plan_until(*deadline);
  for (auto* x : free_)
    if (x->process) {
      x->is_closed = true;
      x->process->close(closing_line("stopped", plan.latest), plan.latest,
                        plan.grace);
    }
}

handler_answer exec_pool::call(const message_batch& batch,
                               current_process& current) {
  auto* x = take(batch);
  if (!x)
    return not_handled(batch);
  auto result = call(*x, batch, current);
  give_back(x);
  return result;
}

auto exec_pool::take(const message_batch& batch) -> slot* {
  std::unique_lock lock{mutex_};
  auto place = waiting_.insert(waiting_.end(), &batch);
  changed_.wait(lock, [&] {
    return batch.revoked() || (waiting_.begin() == place && !free_.empty());
  });
  waiting_.erase(place);
  changed_.notify_all(); // another one is the first
  if (batch.revoked())
    return nullptr;
  auto* result = free_.back();
  free_.pop_back();
  return result;
}

void exec_pool::give_back(slot* x) {
  {
    std::lock_guard lock{mutex_};
    free_.push_back(x);
    close_free();
  }
  changed_.notify_all();
}

handler_answer exec_pool::call(slot& x, const message_batch& batch,
                               current_process& current) {
  while (!batch.revoked()) {
    if (x.process && !x.process->takes_calls()) {
      if (!clear(x))
        return current.give_up(
          batch, "programs of the pool ended more than 10 times in a minute");
    } else if (auto failure = start(x); !failure.empty()) {
      return current.give_up(batch, failure);
    } else if (x.process->begin_call(open_call_of(batch),
                                     batch_line(*group_, batch))) {
      current.set(x.process);
      auto result = x.process->await_answer();
      current.set(nullptr);
      if (result.what != exec::answer::kind::not_begun)
        return to_handler_answer(std::move(result));
    }
  }
  return not_handled(batch);
}

/// Unless one runs. Why none does; empty: one does.
std::string exec_pool::start(slot& x) {
  if (x.process)
    return {};
  x = {group_->start(nullptr, {})};
  return x.process->await_started();
}

/// Of one that has ended, or is about to: in time for a revoke that comes
/// meanwhile. False: there were too many.
bool exec_pool::clear(slot& x) {
  x.process->close({}, clock::now(), group_->grace());
  x.process->await_gone();
  if (!may_replace(x))
    return false;
  x = {};
  return true;
}

/// What ends within a call is that call's failure.
bool exec_pool::may_replace(const slot& x) {
  if (x.is_closed || !x.process->ended_between_calls())
    return true;
  if (auto failure = x.process->failure(); !failure.empty())
    group_->warn("a program of the pool: " + failure);
  std::lock_guard lock{mutex_};
  return exits_.take(clock::now());
}

} // namespace cafka::exec_handlers
