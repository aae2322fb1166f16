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

void exec_pool::enter() {
  std::lock_guard lock{mutex_};
  ++handlers_;
}

/// The last one ends the processes, which no call has then.
void exec_pool::leave() {
  std::lock_guard lock{mutex_};
  if (--handlers_ > 0)
    return;
  auto now = clock::now();
  for (auto& x : slots_)
    if (x)
      x->close(closing_line("stopped", now), now, group_->grace());
  for (auto& x : slots_)
    if (x)
      std::exchange(x, nullptr)->await_gone();
}

void exec_pool::look_again() {
  // So that none is about to wait who has not seen it.
  std::lock_guard lock{mutex_};
  changed_.notify_all();
}

handler_answer exec_pool::call(const message_batch& batch,
                               current_process& current) {
  auto* slot = take(batch);
  if (!slot)
    return not_handled(batch);
  auto result = call(*slot, batch, current);
  give_back(slot);
  return result;
}

exec::process_ptr* exec_pool::take(const message_batch& batch) {
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

void exec_pool::give_back(exec::process_ptr* x) {
  {
    std::lock_guard lock{mutex_};
    free_.push_back(x);
  }
  changed_.notify_all();
}

handler_answer exec_pool::call(exec::process_ptr& slot,
                               const message_batch& batch,
                               current_process& current) {
  while (true) {
    if (!slot || !slot->takes_calls())
      if (auto failure = start(slot); !failure.empty())
        return current.give_up(batch, failure);
    std::optional<exec::answer> result;
    if (slot->begin_call(open_call_of(batch), batch_line(*group_, batch))) {
      current.set(slot);
      result = slot->await_answer();
      current.set(nullptr);
    }
    if (result && result->what != exec::answer::kind::not_begun)
      return to_handler_answer(std::move(*result));
    if (batch.revoked())
      return not_handled(batch);
  }
}

/// In the place of one that has ended. Why it is not; empty: it runs.
std::string exec_pool::start(exec::process_ptr& slot) {
  if (slot) {
    slot->await_gone();
    if (!may_replace(*slot))
      return "programs of the pool ended more than 10 times in a minute";
  }
  slot = group_->start(nullptr, {});
  return slot->await_started();
}

/// What ends within a call is that call's failure.
bool exec_pool::may_replace(const exec::process& x) {
  if (!x.ended_between_calls())
    return true;
  if (auto failure = x.failure(); !failure.empty())
    group_->warn("a program of the pool: " + failure);
  std::lock_guard lock{mutex_};
  return exits_.take(clock::now());
}

} // namespace cafka::exec_handlers
