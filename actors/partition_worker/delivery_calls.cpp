/// A delivery loop's handler calls: what they are given, and what their answers
/// do to the loop.

#include "actors/partition_worker/call_verdict.hpp"
#include "actors/partition_worker/delivery_loop.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace cafka::actors {

namespace {

using clock = std::chrono::steady_clock;

/// On the wall clock, like the record's timestamp.
std::optional<std::chrono::milliseconds> age_of(const record& x) {
  auto made = x.timestamp();
  if (!made)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
           std::chrono::system_clock::now().time_since_epoch())
         - *made;
}

} // namespace

/// `guard` is open while the handler runs.
void delivery_loop::call(core::redelivery what, bool is_again,
                         guard_type& guard) {
  message_batch batch{identity_,
                      notice_,
                      what.from->block,
                      what.indices,
                      what.from->calls(what.indices) + 1,
                      std::move(what.failures)};
  if (is_again)
    manager_->put(call_begun{id_, range_of(batch), batch.size()});
  calls_ = true;
  guard.unlock();
  call_times times{{}, age_of(*batch.begin())};
  auto begin = clock::now();
  auto result = session_->call(batch, what);
  times.took = clock::now() - begin;
  guard.lock();
  calls_ = false;
  auto end = std::exchange(ends_after_call_, std::nullopt);
  if (state_ == state::closed)
    return;
  if (!result.begun && !end) {
    transition_to(state::stopped);
    return;
  }
  if (result.begun)
    take_answer(std::move(result), batch, times, is_again || alone_);
  if (end && state_ != state::closed)
    end_as(std::move(*end));
}

/// `asks`: the manager says what comes next.
void delivery_loop::take_answer(handler_session::outcome result,
                                const message_batch& batch, call_times times,
                                bool asks) {
  auto verdict = judge(std::move(result), batch, outputs_bytes_max_);
  verdict.ended.times = times;
  if (verdict.failed)
    fail_call(std::move(*verdict.failed), times);
  else if (!verdict.wrong.empty())
    fail(errc::bad_answer, std::move(verdict.wrong));
  else
    end_call(std::move(verdict.ended), asks);
}

void delivery_loop::end_call(call_ended x, bool asks) {
  using kind = handler_answer::kind;
  if (x.rest && !x.rest->outputs.empty())
    window_.add_outputs(x.rest->bytes);
  else if (x.rest)
    window_.count_exactly();
  else if (x.answer == kind::ack && !asks)
    window_.clear(delivered_to_); // whatever was delivered lies below
  auto rejects = x.answer == kind::reject;
  auto last = x.batch.last - 1;
  auto comes_again = rejects
                     || (x.answer == kind::ack_through && x.through < last);
  if (comes_again)
    last = rejects ? x.through + 1 : x.through;
  ended_ = std::move(x);
  ended_->from = id_;
  if (!comes_again && !asks)
    return;
  if (state_ == state::reading)
    transition_to(state::waiting);
  asks_after_ = last;
}

/// Before anything else that the manager is told. Where the window is full the
/// manager is waited for, unless the answer makes no room.
void delivery_loop::send_ended() {
  if (auto x = std::exchange(ended_, std::nullopt)) {
    auto is_waited_for = x->answer != handler_answer::kind::no_ack
                         && !window_.room();
    manager_->put(std::move(*x), is_waited_for);
  }
  if (auto after = std::exchange(asks_after_, std::nullopt);
      after && state_ == state::waiting)
    manager_->put(worker_ready{id_, *after});
}

/// Ends the incarnation with this cause: nothing more comes from here.
void delivery_loop::fail(errc code, std::string text) {
  transition_to(state::closed);
  send_ended();
  manager_->put(incarnation_failed{id_, code, std::move(text)});
}

/// The same, by a call.
void delivery_loop::fail_call(core::failed_call x,
                              std::optional<call_times> times) {
  transition_to(state::closed);
  send_ended();
  incarnation_failed report{id_, x.cause.code, x.cause.text};
  report.call = std::move(x);
  report.times = times;
  manager_->put(std::move(report));
}

} // namespace cafka::actors
