#include "exec_handlers/current_process.hpp"

#include "exec_handlers/exec_answer.hpp"

#include <algorithm>
#include <utility>

namespace cafka::exec_handlers {

namespace {

using clock = std::chrono::steady_clock;

} // namespace

current_process::current_process(const handler_context& context,
                                 std::shared_ptr<exec_group> group)
  : identity_(context.identity),
    end_worker_(context.end_worker),
    group_(std::move(group)) {
}

void current_process::listen(const message_batch& batch) {
  if (std::exchange(listens_, true))
    return;
  batch.on_revoked([weak = weak_from_this()](time_point deadline) {
    if (auto self = weak.lock())
      self->tell(deadline);
  });
}

exec::process_ptr current_process::get() const {
  std::lock_guard lock{mutex_};
  return process_;
}

void current_process::set(exec::process_ptr x) {
  std::lock_guard lock{mutex_};
  process_ = std::move(x);
  if (process_ && deadline_)
    tell(*process_, *deadline_);
}

std::string current_process::start() {
  auto on_gone = [weak = weak_from_this()](const exec::process& x) {
    auto self = weak.lock();
    if (self && self->get().get() == &x)
      self->ends_worker(x, true);
  };
  auto process = group_->start(&identity_, std::move(on_gone));
  auto failure = process->await_started();
  if (failure.empty())
    set(std::move(process));
  return failure;
}

std::optional<time_point> current_process::told() const {
  std::lock_guard lock{mutex_};
  return deadline_;
}

void current_process::tell(time_point deadline) {
  // Until it was told, a process of a pool is nobody else's.
  std::lock_guard lock{mutex_};
  is_over_ = is_over_ || deadline <= clock::now();
  deadline_ = std::min(deadline, deadline_.value_or(deadline));
  if (process_)
    tell(*process_, *deadline_);
}

void current_process::tell(exec::process& x, time_point deadline) const {
  auto is_pooled = group_->life() == exec::session::life::pool;
  auto plan = group_->plan_until(deadline);
  if (is_over_) {
    if (!is_pooled) // so that no call of it begins any more
      x.close(closing_line("ended", plan.latest), plan.latest, plan.grace);
    x.limit_call(plan.latest, plan.grace, "its worker has ended");
  } else if (is_pooled) {
    x.limit_call(plan.latest + plan.grace, plan.grace,
                 "the partition is given back");
  } else {
    x.close(closing_line("revoked", plan.latest), plan.latest, plan.grace);
  }
}

// -- a process that is gone ---------------------------------------------------

bool current_process::ends_worker(const exec::process& x, bool after_call) {
  if (!end_worker_)
    return false; // whoever calls the handler has none
  core::range_set left;
  std::optional<worker_end> end;
  {
    std::lock_guard lock{mutex_};
    if (!end_ && !deadline_ && !closed_)
      end_ = end_after(x);
    else if (!end_ && !is_over_ && !std::exchange(nacked_, true))
      left = x.kept();
    end = end_;
  }
  nack_all(left);
  if (!end)
    return false;
  end->after_call = after_call;
  end_worker_(std::move(*end));
  return true;
}

/// Nothing: the next process may go on with what comes next.
std::optional<worker_end> current_process::end_after(const exec::process& x) {
  if (auto failure = x.failure(); !failure.empty())
    return worker_end{std::move(failure), x.failure_class()};
  if (x.kept().empty())
    return std::nullopt;
  if (!group_->may_begin_again(identity_))
    return worker_end{exec_group::too_many_ends};
  return worker_end{};
}

/// The drain does not wait for them: who reads next gets them.
void current_process::nack_all(const core::range_set& kept) const {
  for (auto range : kept.ranges())
    for (auto offset = range.first; offset < range.last; ++offset)
      group_->send(nack{identity_.topic, identity_.partition,
                        identity_.generation, offset,
                        "its program ended without an ack for it"});
}

handler_answer current_process::give_up(const message_batch& batch,
                                        const std::string& cause) {
  if (!end_worker_)
    return handler_answer::failed(cause); // nobody else hears of it
  end_worker_({cause});
  return not_handled(batch);
}

// -- the end of the handler ---------------------------------------------------

void current_process::close(close_reason why) {
  exec::process_ptr x;
  auto was_told = false;
  {
    std::lock_guard lock{mutex_};
    closed_ = true;
    x = process_;
    was_told = deadline_.has_value();
  }
  if (!x)
    return;
  if (why == close_reason::lost)
    x->terminate("the partition is lost");
  auto now = clock::now();
  // Until the deadline that it was told its acks count.
  if (!was_told)
    x->close(closing_line(to_string(why), now), now, group_->grace());
  x->await_gone();
}

} // namespace cafka::exec_handlers
