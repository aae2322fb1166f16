#include "exec_handlers/exec_pool.hpp"

#include "exec_handlers/exec_answer.hpp"

#include <algorithm>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using clock = std::chrono::steady_clock;

/// Of a handler that waits for a process: whether it is given back meanwhile. A
/// look costs nothing beside the call that it waits for.
constexpr auto look_interval = std::chrono::milliseconds{50};

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

handler_answer exec_pool::call(const message_batch& batch,
                               current_process& current) {
  auto* slot = take(batch);
  if (!slot)
    return not_handled(batch);
  auto result = call(*slot, batch, current);
  current.set(nullptr);
  give_back(slot);
  return result;
}

exec::process_ptr* exec_pool::take(const message_batch& batch) {
  std::unique_lock lock{mutex_};
  auto ticket = next_ticket_++;
  while (served_ != ticket || (free_.empty() && !batch.revoked()))
    changed_.wait_for(lock, look_interval);
  ++served_;
  changed_.notify_all();
  if (free_.empty())
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
        return handler_answer::failed(failure);
    current.set(slot);
    auto result = slot->call(open_call_of(batch), batch_line(*group_, batch));
    if (result && result->what != exec::answer::kind::not_begun)
      return to_handler_answer(std::move(*result));
    if (batch.revoked())
      return not_handled(batch);
    slot->await_gone();
    if (current.ends_worker(*slot))
      return not_handled(batch);
  }
}

/// In the place of one that has ended. Why it is not; empty: it runs.
std::string exec_pool::start(exec::process_ptr& slot) {
  if (slot) {
    slot->await_gone();
    std::lock_guard lock{mutex_};
    if (slot->failure().empty() && !exits_.take(clock::now()))
      return "programs of the pool ended more than 10 times in a minute";
  }
  slot = group_->start(nullptr, {});
  return slot->await_started();
}

} // namespace cafka::exec_handlers
