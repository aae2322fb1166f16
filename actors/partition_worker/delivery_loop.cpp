#include "actors/partition_worker/delivery_loop.hpp"

#include "actors/partition_worker/partition_worker.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace cafka::actors {

namespace {

using clock = std::chrono::steady_clock;

/// As long as calls are short, a turn goes on. Other strands wait for threads that
/// long at most; beyond it, what a turn costs is nothing beside its calls.
constexpr auto turn_max = std::chrono::milliseconds{1};

/// The name of an answer that names a record; empty: it names none.
std::string_view naming(handler_answer::kind x) {
  using kind = handler_answer::kind;
  switch (x) {
    case kind::ack_through:
      return "ack_through";
    case kind::ack_through_keep:
      return "ack_through_keep";
    case kind::failed_at:
      return "failed_at";
    default:
      return {};
  }
}

/// Whether the batch holds the record that the answer names.
bool fits(const handler_answer& x, const message_batch& batch) {
  if (naming(x.what()).empty())
    return true;
  if (x.what() == handler_answer::kind::ack_through
      && x.offset() == batch.first_offset() - 1)
    return true; // nothing of it
  return std::ranges::any_of(batch, [&](const record& r) {
    return r.offset() == x.offset();
  });
}

/// Up to where an answer acks, if it acks.
offset_t acked_through(const handler_answer& x, const message_batch& batch) {
  if (naming(x.what()).empty())
    return batch.last_offset();
  return x.what() == handler_answer::kind::failed_at ? x.offset() - 1
                                                     : x.offset();
}

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
    registry_(x.registry),
    batch_size_(x.batch_size) {
}

// -- for the worker -----------------------------------------------------------------

void delivery_loop::begin() {
  if (auto registry = registry_.lock())
    registry->strands().post_build(id_.tp, [self = shared_from_this()] {
      self->run([&](guard_type& guard) { self->build(guard); });
    });
}

void delivery_loop::redeliver(core::redelivery x) {
  {
    std::lock_guard guard{mutex_};
    if (stopped_ || closed_)
      return;
    calling_ = true;
  }
  if (auto registry = registry_.lock())
    registry->strands().post(id_.tp, [self = shared_from_this(), x]() mutable {
      self->run([&](guard_type& guard) {
        if (!self->closed_)
          self->call_again(std::move(x), guard);
      });
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

void delivery_loop::close() {
  std::lock_guard guard{mutex_};
  closed_ = stopped_ = true;
  if (!failed_) // the source may be a successor's
    let_go();
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
  if (auto registry = registry_.lock())
    registry->strands().post(id_.tp, [self = shared_from_this()] {
      self->run([&](guard_type& guard) { self->turn(guard); });
    });
}

bool delivery_loop::may_read() const {
  return reading_ && !held_ && !stopped_ && !calling_ && window_->room().open();
}

/// One job on the strand. Whatever fails in it ends the life: what a drain gave and
/// the manager did not hear of, it has sought again.
template <class Job>
void delivery_loop::run(Job work) {
  guard_type guard{mutex_};
  try {
    work(guard);
  } catch (const std::exception& e) {
    if (!guard.owns_lock())
      guard.lock();
    if (!closed_)
      fail(errc::source_failed, e.what());
  }
}

void delivery_loop::build(guard_type& guard) {
  guard.unlock();
  auto failure = session_->build();
  guard.lock();
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

void delivery_loop::turn(guard_type& guard) {
  scheduled_ = false; // a wake from now on means another turn
  auto end = clock::now() + turn_max;
  do {
    auto what = take();
    if (!what)
      break;
    call({std::move(what), {}}, guard);
  } while (clock::now() < end);
  tell_ended();
  ask_for_retained(std::nullopt);
  if (may_read())
    schedule();
}

/// What comes again by the last answer, else what is above `after`.
void delivery_loop::ask_for_retained(std::optional<offset_t> after) {
  if (auto x = std::exchange(again_after_, std::nullopt))
    after = x;
  if (after && !stopped_)
    manager_->post(worker_ready{id_, *after});
}

/// Retained records, of an earlier life or of a call that failed.
void delivery_loop::call_again(core::redelivery what, guard_type& guard) {
  manager_->post(call_begun{id_});
  auto last = what.indices.empty() ? what.from->block->size() - 1
                                   : what.indices.back();
  auto after = what.from->block->offset_at(last);
  call(std::move(what), guard);
  auto answered = ended_.has_value();
  tell_ended();
  if (answered)
    ask_for_retained(after);
}

/// A block to call the handler with; the manager is told of it. Null: nothing is
/// there, or may be read.
core::delivery_ptr delivery_loop::take() {
  if (!may_read() || !more_.exchange(false))
    return nullptr;
  auto got = source_->drain(batch_size_, window_->room(), skip_, from_);
  if (got.more)
    more_ = true;
  // Records may come again, from a client that was woken.
  if (got.next)
    from_ = std::max(from_, *got.next);
  return report(std::move(got));
}

/// The block, unless the source failed behind it: then it goes to the successor.
core::delivery_ptr delivery_loop::report(core::fetched x) {
  core::delivery_ptr block;
  if (x.block) {
    window_->add({x.block->size(), x.block->size_bytes()});
    block = std::make_shared<core::delivery>(std::move(x.block));
  }
  if (block || x.next || x.resolved_begin || x.out_of_range) {
    auto next = x.next ? std::optional{from_} : std::nullopt;
    manager_->post(source_drained{id_,
                                  {block, next, x.resolved_begin},
                                  x.out_of_range,
                                  std::exchange(ended_, std::nullopt)});
  }
  if (x.out_of_range)
    reading_ = false; // until it was moved
  if (x.error.empty())
    return block;
  fail(errc::source_failed, std::move(x.error));
  return nullptr;
}

/// `guard` is open while the handler runs.
void delivery_loop::call(core::redelivery what, guard_type& guard) {
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
  if (fits(*x.answer, batch))
    return x.answer;
  fail(errc::bad_answer, std::string{naming(x.answer->what())} + "("
                           + std::to_string(x.answer->offset())
                           + ") names no record of the batch "
                           + std::to_string(batch.first_offset()) + " to "
                           + std::to_string(batch.last_offset()));
  return std::nullopt;
}

void delivery_loop::end_call(const handler_answer& answer,
                             const message_batch& batch,
                             core::delivery_ptr what) {
  using kind = handler_answer::kind;
  if (answer.what() == kind::ack)
    window_->clear(); // whatever was delivered lies below
  offset_range all{batch.first_offset(), batch.last_offset() + 1};
  auto through = acked_through(answer, batch);
  if (answer.what() == kind::ack_through && through < batch.last_offset()) {
    reading_ = false;
    again_after_ = through;
  }
  ended_ = call_ended{id_, std::move(what), answer.what(), all, through};
  if (answer.what() == kind::failed_at)
    fail(errc::handler_failed, answer.cause());
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
  manager_->post(life_failed{id_, code, text});
  worker_->post(call_returned{code, std::move(text)});
}

} // namespace cafka::actors
