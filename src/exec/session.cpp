#include "exec/session.hpp"

#include "core/text_field.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace cafka::exec {

namespace {

/// A program's output waits in a buffer where it is a pipe and no terminal.
constexpr auto timeout_hint
  = "timeout: no answer within call-timeout; if the program writes one, it may "
    "sit in a buffer that was not flushed";

answer failed(std::string cause, std::string error_class) {
  return {answer::kind::failed, -1, std::move(cause), std::move(error_class)};
}

/// Of a program that nobody asked to end.
bool is_bad(const program_end& x) {
  return x.what != program_end::kind::exited || x.value != 0;
}

} // namespace

std::string class_of(const program_end& x) {
  using kind = program_end::kind;
  return x.what == kind::exited ? "exit " + std::to_string(x.value)
         : x.what == kind::signalled
           ? "signal " + std::to_string(x.value)
           : "its cafka-guard ended, and it was killed";
}

std::string to_string(const program_end& x) {
  auto result = class_of(x);
  auto is_first = true;
  for (auto& line : x.last_errors) {
    result += is_first ? "; standard error: " : " | ";
    result += line;
    is_first = false;
  }
  return result;
}

std::string_view to_string(session::state x) noexcept {
  using enum session::state;
  switch (x) {
    case starting:
      return "starting";
    case idle:
      return "idle";
    case calling:
      return "calling";
    case closing:
      return "closing";
    case ending:
      return "ending";
    case terminating:
      return "terminating";
    case killed:
      return "killed";
    default:
      return "gone";
  }
}

void session::transition_to(state x) noexcept {
  state_ = x;
}

/// Whether what the program writes has any effect.
bool session::counts() const noexcept {
  return state_ < state::terminating;
}

// -- events -------------------------------------------------------------------

void session::on_started() {
  has_run_ = true;
  if (state_ == state::starting)
    transition_to(call_ ? state::calling : state::idle);
}

void session::on_start_failed(const std::string& cause, actions& out) {
  transition_to(state::gone);
  failure_ = cause;
  if (call_)
    end_call({answer::kind::not_begun}, out);
}

void session::call(open_call x, time_point now, actions& out) {
  generation_ = x.generation;
  call_ = std::move(x);
  call_ends_ = now + limits_.call_timeout;
  call_limit_ = call_kill_by_ = time_point::max();
  done_.clear();
  if (state_ == state::idle)
    transition_to(state::calling);
  out.end_input = life_ == life::batch;
  if (auto end = std::exchange(early_end_, std::nullopt))
    end_call(answer_of_end(*end), out);
}

void session::on_end(const program_end& x, actions& out) {
  auto was_told = state_ >= state::ending;
  transition_to(state::gone);
  call_ends_.reset();
  if (life_ == life::batch && has_run_ && !call_ && !was_told) {
    early_end_ = x;
    return;
  }
  auto unread = failure_.empty()
                && (!has_run_ || (x.batch_unread && life_ != life::batch));
  ended_between_calls_ = !call_ || unread;
  if (failure_.empty() && !was_told && ended_between_calls_ && is_bad(x)) {
    failure_ = (call_ ? "ended before it read its batch: "
                      : "ended with no batch open: ")
               + to_string(x);
    failure_class_ = class_of(x);
  }
  if (call_ && unread)
    end_call({answer::kind::not_begun}, out);
  else if (call_)
    end_call(answer_of_end(x), out);
}

answer session::answer_of_end(const program_end& x) const {
  if (!failure_.empty())
    return failed(failure_, failure_class_);
  auto otherwise = failed(to_string(x), class_of(x));
  if (life_ != life::batch || x.what != program_end::kind::exited)
    return otherwise;
  if (x.value == 0)
    return {answer::kind::ack};
  auto is_single = call_->offsets.range_count() == 1
                   && call_->offsets.front() == call_->last;
  if (x.value == exit_reject && is_single)
    return {answer::kind::rejected, call_->last, to_string(x)};
  return otherwise;
}

void session::close(const std::string& line, time_point latest, duration grace,
                    time_point now, actions& out) {
  latest_ = std::min(latest_, latest);
  term_by_ = std::min(term_by_, latest + grace);
  kill_by_ = std::min(kill_by_, latest + 2 * grace);
  if (state_ < state::closing) {
    if (life_ != life::batch)
      out.write += line;
    transition_to(state::closing);
  }
  if (state_ == state::closing)
    end_input_if_done(now, out);
  else if (state_ == state::ending)
    escalates_ = std::min(escalates_, term_by_);
  else if (state_ == state::terminating)
    escalates_ = std::min(escalates_, kill_by_);
}

void session::limit_call(time_point latest, duration grace, std::string cause) {
  if (!call_)
    return;
  if (latest < call_limit_)
    limit_cause_ = std::move(cause);
  call_limit_ = std::min(call_limit_, latest);
  call_kill_by_ = std::min(call_kill_by_, latest + grace);
  if (call_ends_)
    call_ends_ = std::min(*call_ends_, call_limit_);
  if (state_ == state::terminating)
    escalates_ = std::min(escalates_, call_kill_by_);
}

void session::terminate(std::string cause, time_point now, actions& out) {
  if (state_ >= state::terminating)
    return;
  if (failure_.empty())
    failure_ = std::move(cause);
  call_ends_.reset();
  escalates_ = std::min(now + limits_.term_after, kill_by());
  out.signal = SIGTERM;
  transition_to(state::terminating);
}

void session::on_time(time_point now, actions& out) {
  if (call_ends_ && now >= *call_ends_) {
    auto limited = now >= call_limit_;
    failure_class_ = limited ? failure_class_ : "timeout";
    terminate(limited ? limit_cause_ : timeout_hint, now, out);
    return;
  }
  if (state_ == state::closing) {
    end_input_if_done(now, out);
  } else if (state_ == state::ending && now >= escalates_) {
    terminate("it did not end when its input had ended", now, out);
  } else if (state_ == state::terminating && now >= escalates_) {
    out.signal = SIGKILL;
    transition_to(state::killed);
  }
}

std::optional<time_point> session::next_time() const noexcept {
  auto result = call_ends_;
  auto add = [&](time_point x) { result = result ? std::min(*result, x) : x; };
  if (state_ == state::closing)
    add(latest_);
  if (state_ == state::ending || state_ == state::terminating)
    add(escalates_);
  return result;
}

// -- what follows from them ---------------------------------------------------

void session::end_call(answer x, actions& out) {
  call_.reset();
  call_ends_.reset();
  out.result = std::move(x);
  if (state_ == state::calling)
    transition_to(state::idle);
}

/// With `life = "batch"` its input has ended, but its time begins here.
void session::end_input_if_done(time_point now, actions& out) {
  if ((call_ || !kept_.empty()) && now < latest_)
    return;
  end_input(now, out);
}

void session::end_input(time_point now, actions& out) {
  out.end_input = true;
  escalates_ = std::min(now + limits_.term_after, term_by_);
  transition_to(state::ending);
}

/// What is to be over by then is: the process, or its call.
time_point session::kill_by() const noexcept {
  return call_ ? std::min(kill_by_, call_kill_by_) : kill_by_;
}

// -- beside it ----------------------------------------------------------------

ending_plan plan_ending(time_point now, time_point deadline,
                        duration term_after) noexcept {
  auto budget = std::max(deadline - now, duration::zero());
  auto grace = std::min(term_after, budget / 5);
  // For what follows the end of the process, also on a machine that is loaded.
  auto margin = std::min<duration>(budget / 4, std::chrono::seconds{3});
  return {now + budget - margin - 2 * grace, grace};
}

bool exit_budget::take(time_point now) {
  while (!exits_.empty() && exits_.front() + window <= now)
    exits_.pop_front();
  if (exits_.size() >= exits_max)
    return false;
  exits_.push_back(now);
  return true;
}

} // namespace cafka::exec
