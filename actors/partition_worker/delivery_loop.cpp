#include "actors/partition_worker/delivery_loop.hpp"

#include "actors/partition_worker/partition_worker.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace cafka::actors {

namespace {

using clock = std::chrono::steady_clock;

/// As long as calls are short, a turn goes on. Other lanes wait for threads that
/// long at most; beyond it, what a turn costs is nothing beside its calls.
constexpr auto turn_max = std::chrono::milliseconds{1};

} // namespace

delivery_loop::delivery_loop(const worker_settings& x,
                             std::shared_ptr<handler_session> session,
                             std::shared_ptr<compat::gate<worker_actor>> worker)
  : id_(x.id),
    identity_(x.identity),
    source_(x.source),
    window_(x.window),
    first_(x.first),
    session_(std::move(session)),
    worker_(std::move(worker)),
    manager_(x.reports),
    memory_(x.memory),
    batch_size_(x.batch_size) {
}

// -- for the worker -----------------------------------------------------------------

void delivery_loop::begin() {
  if (auto memory = memory_.lock())
    memory->lanes().post_build(id_.tp,
                               [self = shared_from_this()] { self->build(); });
}

void delivery_loop::redeliver(core::redelivery x) {
  {
    std::lock_guard guard{mutex_};
    if (stopped_ || closed_)
      return;
    calling_ = true;
  }
  if (auto memory = memory_.lock())
    memory->lanes().post(id_.tp, [self = shared_from_this(), x]() mutable {
      std::unique_lock guard{self->mutex_};
      if (!self->closed_)
        self->call_again(std::move(x), guard);
    });
}

void delivery_loop::read(const read_source& x) {
  {
    std::lock_guard guard{mutex_};
    reading_ = true;
    skip_ = x.skip;
    from_ = x.from;
  }
  source_->on_ready(weak_call(&delivery_loop::wake));
  window_->on_freed(weak_call(&delivery_loop::schedule));
  wake(); // what is there already
}

void delivery_loop::hold(bool on) {
  std::lock_guard guard{mutex_};
  held_ = on;
  schedule();
}

bool delivery_loop::stop(time_point revoke_deadline) {
  notice_->announce(revoke_deadline);
  session_->stop_calls();
  std::lock_guard guard{mutex_};
  stopped_ = true;
  return calling_;
}

bool delivery_loop::close() {
  std::lock_guard guard{mutex_};
  closed_ = stopped_ = true;
  if (!failed_) // the source may be a successor's
    let_go();
  return lost_records_;
}

void delivery_loop::let_go() {
  source_->on_ready({});
  window_->on_freed({});
}

// -- turns --------------------------------------------------------------------------

std::function<void()> delivery_loop::weak_call(void (delivery_loop::*f)()) {
  return [f, weak = weak_from_this()] {
    if (auto self = weak.lock())
      (*self.*f)();
  };
}

/// Called under librdkafka's locks: it only posts.
void delivery_loop::wake() {
  more_ = true;
  schedule();
}

void delivery_loop::schedule() {
  if (!more_ || scheduled_.exchange(true))
    return;
  if (auto memory = memory_.lock())
    memory->lanes().post(id_.tp, [self = shared_from_this()] { self->turn(); });
}

bool delivery_loop::may_read() const {
  return reading_ && !held_ && !stopped_ && !calling_ && window_->room().open();
}

void delivery_loop::build() {
  auto failure = session_->build();
  std::unique_lock guard{mutex_};
  if (stopped_)
    return;
  if (failure) {
    fail(errc::handler_not_built, std::move(*failure));
    return;
  }
  if (auto x = first_->take())
    call_again(std::move(*x), guard);
  else
    manager_->post(worker_ready{id_, -1});
}

void delivery_loop::turn() {
  scheduled_ = false; // a wake from now on means another turn
  auto end = clock::now() + turn_max;
  std::unique_lock guard{mutex_};
  do {
    auto what = take();
    if (!what)
      break;
    call({std::move(what), {}}, guard);
  } while (clock::now() < end);
  tell_ended();
  if (may_read())
    schedule();
}

/// Retained records, of an earlier life or of a call that failed.
void delivery_loop::call_again(core::redelivery what,
                               std::unique_lock<std::mutex>& guard) {
  manager_->post(call_begun{id_, what.from, /* is_new */ false, from_, {}});
  auto last = what.indices.empty() ? what.from->block->size() - 1
                                   : what.indices.back();
  auto after = what.from->block->offset_at(last);
  call(std::move(what), guard);
  auto answered = ended_.has_value();
  tell_ended();
  if (answered && !stopped_)
    manager_->post(worker_ready{id_, after});
}

/// A block to call the handler with; the manager is told of it. Null: nothing is
/// there, or may be read.
core::delivery_ptr delivery_loop::take() {
  if (!may_read() || !more_.exchange(false))
    return nullptr;
  core::fetched got;
  try {
    got = source_->drain(batch_size_, window_->room(), skip_, from_);
  } catch (const std::exception& e) {
    lost_records_ = true;
    fail(errc::source_failed, e.what());
    return nullptr;
  }
  if (got.more)
    more_ = true;
  // Records may come again, from a client that was woken.
  if (got.next)
    from_ = std::max(from_, *got.next);
  auto can_call = report(got);
  if (!got.block)
    return nullptr;
  window_->add({got.block->size(), got.block->size_bytes()});
  auto result = std::make_shared<core::delivery>(std::move(got.block));
  manager_->post(call_begun{id_, result, /* is_new */ true, from_,
                            std::exchange(ended_, std::nullopt)});
  return can_call ? result : nullptr;
}

/// False: the source failed. What came before goes to the successor.
bool delivery_loop::report(const core::fetched& x) {
  if (x.resolved_begin || (x.next && !x.block)) {
    tell_ended();
    manager_->post(
      source_advanced{id_, x.resolved_begin, x.block ? std::nullopt : x.next});
  }
  if (x.out_of_range) {
    // The records before it, if any, still go to the handler.
    reading_ = false;
    tell_ended();
    manager_->post(position_lost{id_});
  }
  if (!x.error.empty())
    fail(errc::source_failed, x.error);
  return x.error.empty();
}

/// `guard` is open while the handler runs.
void delivery_loop::call(core::redelivery what,
                         std::unique_lock<std::mutex>& guard) {
  auto& from = *what.from;
  message_batch batch{identity_, notice_, from.block, std::move(what.indices),
                      from.calls.load() + 1};
  calling_ = true;
  guard.unlock();
  auto result = session_->call(batch, from);
  guard.lock();
  calling_ = false;
  if (closed_)
    return;
  if (auto answer = answer_of(std::move(result), batch))
    end_call(*answer, batch, std::move(what.from));
  if (stopped_ && !calling_) {
    tell_ended();
    worker_->post(call_returned{});
  }
}

/// Nothing: it was not begun, or the worker is told why it ends.
std::optional<handler_answer>
delivery_loop::answer_of(handler_session::outcome x,
                         const message_batch& batch) {
  using kind = handler_answer::kind;
  if (!x.begun) {
    stopped_ = true;
    return std::nullopt;
  }
  if (!x.answer) {
    fail(errc::handler_failed, std::move(x.text));
    return std::nullopt;
  }
  if (x.answer->what() == kind::failed) {
    fail(errc::handler_failed, x.answer->cause());
    return std::nullopt;
  }
  auto names_it = [&](const record& r) {
    return r.offset() == x.answer->offset();
  };
  if (x.answer->what() == kind::ack_through
      && std::none_of(batch.begin(), batch.end(), names_it)) {
    fail(errc::bad_answer, "ack_through(" + std::to_string(x.answer->offset())
                             + ") names no record of the batch "
                             + std::to_string(batch.first_offset()) + " to "
                             + std::to_string(batch.last_offset()));
    return std::nullopt;
  }
  return x.answer;
}

void delivery_loop::end_call(const handler_answer& answer,
                             const message_batch& batch,
                             core::delivery_ptr what) {
  using kind = handler_answer::kind;
  if (answer.what() == kind::ack)
    window_->clear(); // whatever was delivered lies below
  auto through = answer.what() == kind::ack_through ? answer.offset()
                                                    : batch.last_offset();
  ended_ = call_ended{id_, std::move(what), answer.what(), through};
}

/// Before anything else that the manager or the worker is told.
void delivery_loop::tell_ended() {
  if (auto x = std::exchange(ended_, std::nullopt))
    manager_->post(std::move(*x));
}

/// Ends the worker with this cause. The manager hears of it at once, as nothing
/// more comes from here.
void delivery_loop::fail(errc code, std::string text) {
  failed_ = true;
  stopped_ = true;
  calling_ = true; // a stop waits for what the worker is told now
  let_go();
  tell_ended();
  manager_->post(life_failed{id_, code, text, lost_records_});
  worker_->post(call_returned{code, std::move(text)});
}

} // namespace cafka::actors
