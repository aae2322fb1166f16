#include "exec/process.hpp"

#include "core/log_line.hpp"
#include "core/text_field.hpp"
#include "guard/report.hpp"
#include "io/record_json.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include <poll.h>
#include <sys/wait.h>

namespace cafka::exec {

namespace {

using clock = std::chrono::steady_clock;
using note_kind = process_note::kind;

} // namespace

process::process(const launch& what, session::life life, session::limits limits,
                 process_hooks hooks)
  : what_(what),
    life_(life),
    hooks_(std::move(hooks)),
    session_(life, limits),
    error_lines_(log_line_bytes_max) {
}

// -- for the handler ----------------------------------------------------------

std::string process::await_started() {
  guard_type lock{mutex_};
  changed_.wait(lock, [&] {
    return pid_ != -1 || session_.now_in() == session::state::gone;
  });
  return start_failure_;
}

bool process::begin_call(open_call what, std::string payload) {
  guard_type lock{mutex_};
  if (!session_.takes_calls())
    return false;
  actions todo;
  session_.call(std::move(what), clock::now(), todo);
  payload_ = payload.size();
  // The rest of a batch that was answered before it was read goes first.
  unsent_.erase(0, std::exchange(sent_, 0));
  if (unsent_.empty())
    unsent_ = std::move(payload);
  else
    unsent_ += payload;
  carry_out(std::move(todo), lock);
  return true;
}

answer process::await_answer() {
  guard_type lock{mutex_};
  changed_.wait(lock, [&] { return result_.has_value(); });
  return *std::exchange(result_, std::nullopt);
}

std::optional<answer> process::call(open_call what, std::string payload) {
  if (!begin_call(std::move(what), std::move(payload)))
    return std::nullopt;
  return await_answer();
}

bool process::takes_calls() const {
  guard_type lock{mutex_};
  return session_.takes_calls();
}

void process::close(const std::string& line, time_point latest,
                    duration grace) {
  guard_type lock{mutex_};
  actions todo;
  session_.close(line, latest, grace, clock::now(), todo);
  carry_out(std::move(todo), lock);
}

void process::limit_call(time_point latest, duration grace, std::string cause) {
  guard_type lock{mutex_};
  session_.limit_call(latest, grace, std::move(cause));
  publish_time();
}

void process::terminate(const std::string& cause) {
  guard_type lock{mutex_};
  actions todo;
  session_.terminate(cause, clock::now(), todo);
  carry_out(std::move(todo), lock);
}

void process::await_gone() {
  guard_type lock{mutex_};
  changed_.wait(lock, [&] { return gone_; });
  pollfd asked{unguarded_.get(), POLLIN, 0};
  lock.unlock();
  while (asked.fd != -1 && poll(&asked, 1, -1) == -1) {
    // interrupted
  }
}

core::range_set process::kept() const {
  guard_type lock{mutex_};
  return session_.kept();
}

std::string process::failure() const {
  guard_type lock{mutex_};
  return session_.failure();
}

std::string process::failure_class() const {
  guard_type lock{mutex_};
  return session_.failure_class();
}

bool process::ended_between_calls() const {
  guard_type lock{mutex_};
  return session_.ended_between_calls();
}

bool process::gone() const {
  guard_type lock{mutex_};
  return gone_;
}

// -- for the driver -----------------------------------------------------------

bool process::start() {
  guard_type lock{mutex_};
  start_failure_ = exec::start(what_, program_);
  if (start_failure_.empty())
    return true;
  actions todo;
  session_.on_start_failed(start_failure_, todo);
  carry_out(std::move(todo), lock);
  return false;
}

int process::fd_of(stream x) const {
  guard_type lock{mutex_};
  const std::array fds{&program_.input, &program_.output, &program_.errors,
                       &program_.status};
  return fds[static_cast<std::size_t>(x)]->get();
}

void process::on_full(std::function<void(bool)> f) {
  guard_type lock{mutex_};
  full_hook_ = std::move(f);
}

void process::on_earlier(std::function<void()> f) {
  guard_type lock{mutex_};
  earlier_hook_ = std::move(f);
}

void process::on_ready(stream x, time_point now) {
  guard_type lock{mutex_};
  actions todo;
  if (x == stream::input)
    flush();
  else if (x == stream::status)
    read_status(now, todo);
  else
    read_from(x, now, todo);
  carry_out(std::move(todo), lock);
}

void process::on_time(time_point now) {
  guard_type lock{mutex_};
  tell_left_out(now);
  actions todo;
  session_.on_time(now, todo);
  carry_out(std::move(todo), lock);
}

void process::give_up(const std::string& why) {
  guard_type lock{mutex_};
  start_failure_ = "cannot start " + what_.program + ": " + why;
  actions todo;
  session_.on_start_failed(start_failure_, todo);
  release();
  carry_out(std::move(todo), lock);
}

/// Of its pipes and its guard, which ends now if it has not: it kills all.
void process::release() {
  program_.control.close();
  waitpid(program_.guard, nullptr, 0);
  set_full(false);
  program_ = {};
}

void process::abandon() {
  guard_type lock{mutex_};
  program_.control.close();
}

// -- what the session asks for ------------------------------------------------

/// Opens `lock` while others are told.
void process::carry_out(actions x, guard_type& lock) {
  if (!x.write.empty()) {
    unsent_.erase(0, std::exchange(sent_, 0));
    unsent_ += x.write;
    payload_ += x.write.size();
  }
  input_ends_ = input_ends_ || x.end_input;
  flush();
  if (x.signal == SIGTERM)
    send(guard::terminate);
  else if (x.signal == SIGKILL)
    send(guard::kill_all);
  publish_time();
  auto is_gone = session_.now_in() == session::state::gone;
  auto ends = is_gone && !std::exchange(ended_, is_gone);
  // A call that was open hears of it by its result.
  auto was_open = x.result && x.result->what == answer::kind::not_begun;
  auto is_told = ends && session_.ended_between_calls() && !was_open;
  auto notes = std::exchange(notes_, {});
  for (auto& line : x.logs)
    note_line(line.level == core::log_level::information ? note_kind::output
                                                         : note_kind::log,
              line.level, line.text, clock::now());
  notes.insert(notes.end(), notes_.begin(), notes_.end());
  notes_.clear();
  lock.unlock();
  for (auto& each : notes)
    hooks_.note(each);
  for (auto& each : x.acks)
    hooks_.ack(each);
  if (is_told && hooks_.gone)
    hooks_.gone(*this);
  lock.lock();
  gone_ = gone_ || ends;
  if (x.result)
    result_ = std::move(x.result);
  changed_.notify_all();
}

void process::note(note_kind what, int level, std::string text) {
  notes_.push_back({what, level, std::move(text), pid_});
}

/// A line of the program's, if there is room for it in this second.
void process::note_line(note_kind what, int level, std::string_view line,
                        time_point now) {
  tell_left_out(now);
  if (budget_.take(now))
    note(what, level, escaped(io::utf8_of(line.substr(0, log_line_bytes_max))));
}

void process::tell_left_out(time_point now) {
  if (auto n = budget_.left_out(now))
    note(note_kind::log, core::log_level::warning,
         std::to_string(n) + " lines of its output were left out");
}

void process::send(char command) {
  note(note_kind::killed, core::log_level::warning,
       (command == guard::terminate ? "SIGTERM: " : "SIGKILL: ")
         + session_.failure());
  // A few bytes fit always; and where the guard is gone, so is the program.
  write_quietly(program_.control.get(), &command, 1);
}

/// As much as the pipe takes now.
void process::flush() {
  while (program_.input.open() && sent_ < unsent_.size()) {
    auto n = write_quietly(program_.input.get(), unsent_.data() + sent_,
                           unsent_.size() - sent_);
    if (n == -1 && errno == EINTR)
      continue;
    if (n == -1 && errno == EAGAIN) {
      set_full(true);
      return;
    }
    if (n == -1)
      break; // nobody reads it any more, and the program's end follows
    sent_ += static_cast<std::size_t>(n);
  }
  set_full(false);
  if (sent_ == unsent_.size() && input_ends_)
    program_.input.close();
}

void process::set_full(bool on) {
  if (on != is_full_ && full_hook_)
    full_hook_(on);
  is_full_ = on;
}

void process::publish_time() {
  auto x = session_.next_time();
  auto ticks = x ? x->time_since_epoch().count() : no_time;
  auto before = next_time_.exchange(ticks, std::memory_order_acq_rel);
  if (ticks < before && earlier_hook_)
    earlier_hook_();
}

} // namespace cafka::exec
