/// What a program's lines do to its session.

#include "exec/session.hpp"

#include <utility>

namespace cafka::exec {

void session::on_line(std::string_view line, time_point now, actions& out) {
  line_ = line;
  program_line read = life_ == life::batch ? own_output{line}
                                           : parse_line(line);
  std::visit([&](auto& x) { on(x, now, out); }, read);
  line_ = {};
}

void session::on_long_line(std::string_view start, time_point now,
                           actions& out) {
  line_ = start;
  if (life_ == life::batch || !start.starts_with('{'))
    on(own_output{start}, now, out);
  else
    fail("longer than " + std::to_string(program_line_bytes_max) + " bytes",
         now, out);
  line_ = {};
}

/// The program wrote what the protocol does not allow.
void session::fail(const std::string& what, time_point now, actions& out) {
  if (counts())
    terminate("wrong line: " + what + ": " + quoted_start(line_), now, out);
}

// -- each kind of line --------------------------------------------------------

void session::on(const own_output& x, time_point, actions& out) {
  out.logs.push_back({6, std::string{x.text.substr(0, log_line_bytes_max)}});
}

/// Empty: it is an answer to the open call.
std::string session::wrong_with(const answer& x) const {
  using kind = answer::kind;
  if (!call_)
    return "it answers, but no batch is open";
  if (x.topic.value_or(call_->topic) != call_->topic
      || x.partition.value_or(call_->partition) != call_->partition
      || x.last.value_or(call_->last) != call_->last
      || x.generation.value_or(call_->generation) != call_->generation)
    return "it answers another batch than the open one";
  auto names_record = x.what == kind::ack_through || x.what == kind::failed_at
                      || x.what == kind::rejected;
  if (names_record && !call_->offsets.contains(x.offset))
    return "it names " + std::to_string(x.offset)
           + ", which the batch does not hold";
  if (life_ == life::pool
      && (x.what == kind::no_ack || x.what == kind::continued))
    return "no_ack and continue are not for a pool of processes";
  return {};
}

/// What stays with the program, or has left it, by an answer.
void session::keep(const answer& x) {
  using kind = answer::kind;
  if (x.what == kind::no_ack) {
    for (auto each : call_->offsets.ranges())
      kept_.insert(each);
    for (auto each : done_.ranges())
      kept_.erase(each);
  } else if (x.what == kind::ack)
    kept_.erase({0, call_->last + 1});
  else if (x.what == kind::ack_through)
    kept_.erase({0, x.offset + 1});
}

void session::on(const answer& x, time_point now, actions& out) {
  if (!counts())
    return;
  // To the line that it is closed, from a program that answers every line.
  if (!call_ && state_ >= state::closing)
    return;
  if (auto wrong = wrong_with(x); !wrong.empty()) {
    fail(wrong, now, out);
    return;
  }
  keep(x);
  end_call(x, out);
  if (state_ == state::closing)
    end_input_if_done(now, out);
}

/// What became of records of the program's; `done` it has no longer.
void session::take(std::variant<acked, acked_through, nacked> x,
                   const core::range_set& done, time_point now, actions& out) {
  if (!counts())
    return;
  if (life_ == life::pool) {
    fail("a pool of processes keeps no records", now, out);
    return;
  }
  out.acks.push_back(std::move(x));
  for (auto each : done.ranges()) {
    kept_.erase(each);
    if (call_)
      done_.insert(each);
  }
  if (state_ == state::closing)
    end_input_if_done(now, out);
}

void session::on(const acked& x, time_point now, actions& out) {
  core::range_set done;
  if (x.generation == generation_)
    for (auto offset : x.offsets)
      done.insert({offset, offset + 1});
  take(x, done, now, out);
}

void session::on(const acked_through& x, time_point now, actions& out) {
  core::range_set done;
  if (x.generation == generation_)
    done.insert({0, x.offset + 1});
  take(x, done, now, out);
}

void session::on(const nacked& x, time_point now, actions& out) {
  core::range_set done;
  done.insert({x.offset, x.offset + 1});
  take(x, done, now, out);
}

void session::on(const working&, time_point now, actions&) {
  if (call_ends_)
    call_ends_ = std::min(now + limits_.call_timeout, call_limit_);
}

void session::on(const log_line& x, time_point, actions& out) {
  out.logs.push_back({x.level, x.text.substr(0, log_line_bytes_max)});
}

void session::on(const bad_line& x, time_point now, actions& out) {
  if (counts())
    terminate(x.reason, now, out);
}

} // namespace cafka::exec
