#include "actors/partition_worker/delivery_loop.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace cafka::actors {

namespace {

using clock = std::chrono::steady_clock;

/// As long as calls are short, a turn goes on. Other strands wait for threads
/// that long at most; beyond it, what a turn costs is nothing beside its calls.
constexpr auto turn_max = std::chrono::milliseconds{1};

} // namespace

delivery_loop::delivery_loop(delivery_settings x)
  : id_(std::move(x.id)),
    identity_(std::move(x.identity)),
    source_(std::move(x.source)),
    manager_(x.registry->buffer()),
    session_(std::make_shared<handler_session>(
      id_, std::move(x.factory),
      handler_context{*identity_, std::move(x.init_args)}, manager_)),
    registry_(x.registry),
    batch_size_(x.batch_size),
    outputs_bytes_max_(x.outputs_bytes_max),
    window_(x.window, x.outputs_bytes_max),
    first_(std::move(x.first)) {
  if (x.counts_exactly)
    window_.count_exactly();
}

/// An incarnation that is over lets go of the source, once: it may be a
/// successor's.
void delivery_loop::transition_to(state x) {
  auto is_over = [](state y) {
    return y == state::stopped || y == state::closed;
  };
  if (is_over(x) && !is_over(state_))
    source_->on_ready({});
  state_ = x;
}

// -- for the manager ----------------------------------------------------------

void delivery_loop::begin() {
  auto registry = registry_.lock();
  session_->context.end_worker = [weak = weak_from_this()](worker_end x) {
    if (auto self = weak.lock())
      self->end_by_handler(std::move(x));
  };
  session_->former = registry->enter(id_.tp, session_);
  registry->strands().post_build(id_.tp, [self = shared_from_this()] {
    self->run([&](guard_type& guard) { self->build(guard); });
  });
}

void delivery_loop::withdraw() {
  std::lock_guard guard{mutex_};
  if (first_ && first_->again)
    first_.reset();
}

void delivery_loop::go_on(core::delivery_step x) {
  std::lock_guard guard{mutex_};
  if (state_ != state::waiting)
    return;
  begin_step(std::move(x));
  post_turn();
}

void delivery_loop::pause(bool on) {
  std::lock_guard guard{mutex_}; // a turn has begun its call, or sees this
  window_.pause(on);
}

void delivery_loop::look_again() {
  if (more_ && window_.room())
    post_turn();
}

// -- for the worker -----------------------------------------------------------

void delivery_loop::drain(time_point deadline, close_reason why) {
  notice_->announce(deadline);
  session_->cancel();
  {
    std::lock_guard guard{mutex_};
    if (state_ == state::closed)
      return; // it failed, and its worker is about to end
    transition_to(state::stopped);
  }
  close_handler(why);
}

void delivery_loop::end() {
  session_->cancel();
  notice_->announce(clock::now()); // a call that runs: its answer is void
  std::lock_guard guard{mutex_};
  transition_to(state::closed);
}

void delivery_loop::close_handler(close_reason why) {
  if (closing_.exchange(true))
    return;
  if (auto registry = registry_.lock())
    registry->strands().post(id_.tp, [self = shared_from_this(), why] {
      self->session_->close(why);
      self->send_closed();
    });
}

/// What `on_close` acked is in the manager's buffer, before this.
void delivery_loop::send_closed() {
  std::lock_guard guard{mutex_};
  if (state_ != state::stopped)
    return;
  transition_to(state::closed);
  manager_->put(worker_drained{id_});
}

/// A call that runs comes back to a loop that is closed, and says nothing,
/// unless its answer is to count. Cancelled under the lock: a turn that finds
/// its call cancelled finds by whom, too.
void delivery_loop::end_by_handler(worker_end x) {
  std::lock_guard guard{mutex_};
  if (state_ == state::stopped || state_ == state::closed)
    return;
  session_->cancel();
  if (x.after_call && calls_)
    ends_after_call_ = std::move(x);
  else
    end_as(std::move(x));
}

void delivery_loop::end_as(worker_end x) {
  if (x.cause.empty()) {
    fail(errc::none, {});
    return;
  }
  core::failed_call call;
  call.records = 0; // nobody knows for which
  call.cause = {errc::handler_failed, std::move(x.cause),
                std::move(x.error_class)};
  fail_call(std::move(call));
}

// -- turns --------------------------------------------------------------------

/// Called under librdkafka's locks: it only posts.
void delivery_loop::wake() {
  more_ = true;
  post_turn();
}

/// A turn that runs looks again before it ends.
void delivery_loop::post_turn() {
  if (scheduled_.exchange(true))
    return;
  if (auto registry = registry_.lock())
    registry->strands().post(id_.tp, [self = shared_from_this()] {
      self->run([&](guard_type& guard) { self->turn(guard); });
    });
}

/// One job on the strand. Whatever fails in it ends the incarnation: what a
/// drain gave and the manager did not hear of, it has sought again.
template <class Job>
void delivery_loop::run(Job work) {
  guard_type guard{mutex_};
  try {
    work(guard);
  } catch (const std::exception& e) {
    if (!guard.owns_lock())
      guard.lock();
    if (state_ != state::closed)
      fail(errc::source_failed, e.what());
  }
}

/// Also where it is over already: the former handler is closed.
void delivery_loop::build(guard_type& guard) {
  guard.unlock();
  auto failure = session_->build();
  guard.lock();
  if (state_ != state::building)
    return;
  if (failure) {
    fail(errc::handler_not_built, std::move(*failure));
    return;
  }
  if (!session_->handler) { // cancelled: its worker is about to end
    transition_to(state::stopped);
    return;
  }
  auto first = std::exchange(first_, std::nullopt);
  if (!first) {
    transition_to(state::waiting);
    manager_->put(worker_ready{id_, -1});
    return;
  }
  begin_step(std::move(*first));
  if (state_ == state::redelivering) {
    turn(guard);
    return;
  }
  manager_->put(handler_built{id_});
  post_turn();
}

void delivery_loop::begin_step(core::delivery_step x) {
  if (x.again) {
    again_ = std::move(x.again);
    transition_to(state::redelivering);
    return;
  }
  skip_ = std::move(x.skip);
  from_ = x.from;
  alone_ = x.alone;
  failures_ = std::move(x.failures);
  transition_to(state::reading);
  more_ = true; // what is there already
  source_->on_ready([weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->wake();
  });
}

void delivery_loop::turn(guard_type& guard) {
  auto end = clock::now() + turn_max;
  while (call_next(guard) && clock::now() < end) {
  }
  send_ended();
  scheduled_ = false; // a wake from now on means another turn
  if (state_ == state::redelivering || may_read())
    post_turn();
}

bool delivery_loop::may_read() const {
  return state_ == state::reading && more_ && window_.room();
}

/// False: there is nothing to call the handler with.
bool delivery_loop::call_next(guard_type& guard) {
  if (state_ == state::redelivering) {
    transition_to(state::waiting);
    auto what = *std::exchange(again_, std::nullopt);
    if (window_.is_paused()) { // acks may come until it goes on
      auto first = what.indices.empty() ? 0 : what.indices.front();
      asks_after_ = what.from->block->offset_at(first) - 1;
      return false;
    }
    call(std::move(what), true, guard);
    return false;
  }
  auto block = take();
  if (!block)
    return false;
  call({std::move(block), {}, failures_}, false, guard);
  return true;
}

/// A block to call the handler with; the manager is told of it. Null: nothing
/// is there, or may be read.
core::delivery_ptr delivery_loop::take() {
  auto room = state_ == state::reading ? window_.room() : std::nullopt;
  if (!room || !more_.exchange(false))
    return nullptr;
  auto got = source_->drain(alone_ ? 1 : batch_size_, *room, skip_, from_);
  if (got.more)
    more_ = true;
  // Records may come again, from a client that was woken.
  if (got.next)
    from_ = std::max(from_, *got.next);
  return report(std::move(got));
}

/// The block, unless the source failed behind it: then it goes to the
/// successor.
core::delivery_ptr delivery_loop::report(core::fetched x) {
  core::delivery_ptr block;
  if (x.block) {
    window_.add({x.block->size(), x.block->size_bytes()});
    delivered_to_ = std::max(from_,
                             x.block->offset_at(x.block->size() - 1) + 1);
    block = std::make_shared<core::delivery>(std::move(x.block));
  }
  if (block || x.next || x.resolved_begin || x.out_of_range) {
    auto next = x.next ? std::optional{from_} : std::nullopt;
    manager_->put(source_drained{id_,
                                 {block, next, x.resolved_begin},
                                 x.out_of_range,
                                 std::exchange(ended_, std::nullopt)});
  }
  if (x.out_of_range)
    transition_to(state::waiting); // until it was moved
  if (x.error.empty())
    return block;
  fail(errc::source_failed, std::move(x.error));
  return nullptr;
}

} // namespace cafka::actors
