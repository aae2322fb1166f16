/// What comes from a program and from its guard.

#include "exec/process.hpp"

#include "core/log_line.hpp"
#include "guard/report.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <utility>

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cafka::exec {

namespace {

using note_kind = process_note::kind;

/// That many stand in the cause of a failed call.
constexpr std::size_t last_errors_max = 5;

/// Read in one go.
constexpr std::size_t chunk_bytes = 65'536;

} // namespace

descriptor& process::output_of(stream x) {
  return x == stream::output ? program_.output : program_.errors;
}

/// How many bytes; 0: nothing is there for now, or ever.
std::size_t process::read_from(stream x, time_point now, actions& out) {
  auto& from = output_of(x);
  if (!from.open())
    return 0;
  std::array<char, chunk_bytes> buffer;
  auto n = read(from.get(), buffer.data(), buffer.size());
  if (n == 0)
    from.close();
  if (n <= 0)
    return 0;
  std::string_view bytes{buffer.data(), static_cast<std::size_t>(n)};
  if (x == stream::output)
    take_output(bytes, now, out);
  else
    take_errors(bytes, now);
  return bytes.size();
}

/// What the pipe holds by now. What writes on, as it outlived the guard, is not
/// followed.
void process::read_rest(stream x, time_point now, actions& out) {
  int left = 0;
  ioctl(output_of(x).get(), FIONREAD, &left);
  while (left > 0) {
    auto n = read_from(x, now, out);
    if (n == 0)
      return;
    left -= static_cast<int>(n);
  }
}

void process::take_output(std::string_view bytes, time_point now,
                          actions& out) {
  output_lines_.feed(bytes, [&](std::string_view line, bool whole) {
    if (whole)
      session_.on_line(line, now, out);
    else
      session_.on_long_line(line, now, out);
  });
}

void process::take_errors(std::string_view bytes, time_point now) {
  error_lines_.feed(bytes, [&](std::string_view line, bool) {
    if (last_errors_.size() == last_errors_max)
      last_errors_.pop_front();
    last_errors_.push_back(quoted_start(line));
    note_line(note_kind::error, core::log_level::warning, line, now);
  });
}

void process::read_status(time_point now, actions& out) {
  guard::report x;
  auto n = read(program_.status.get(), &x, sizeof(x));
  if (n == sizeof(x))
    on_report(x, now, out);
  else if (n == 0)
    end({program_end::kind::guard_lost}, now, out);
}

void process::on_report(const guard::report& x, time_point now, actions& out) {
  using kind = guard::report::kind;
  switch (x.what) {
    case kind::started:
      pid_ = x.value;
      session_.on_started();
      note(note_kind::started, core::log_level::information, what_.program);
      return;
    case kind::folder_error:
      start_failure_ = "cannot run in the folder " + what_.directory;
      break;
    case kind::exec_error:
      start_failure_ = "cannot start " + what_.program;
      break;
    case kind::exited:
      end({program_end::kind::exited, x.value}, now, out);
      return;
    case kind::signalled:
      end({program_end::kind::signalled, x.value}, now, out);
      return;
  }
  start_failure_ += std::string{": "} + std::strerror(x.value);
  session_.on_start_failed(start_failure_, out);
  release();
}

/// Nothing of the program runs any more, or its guard is lost and it is killed
/// here: all that it wrote is in the pipes.
void process::end(program_end x, time_point now, actions& out) {
  if (x.what == program_end::kind::guard_lost && pid_ != -1) {
    // It is no child of ours that could be waited for.
    unguarded_ = descriptor{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))};
    kill(-pid_, SIGKILL);
    note(note_kind::killed, core::log_level::warning,
         "SIGKILL: its cafka-guard ended");
  }
  read_rest(stream::output, now, out);
  read_rest(stream::errors, now, out);
  if (auto rest = output_lines_.rest(); !rest.empty())
    out.logs.push_back(
      {core::log_level::information, std::string{rest} + " (no newline)"});
  if (auto rest = error_lines_.rest(); !rest.empty())
    take_errors("\n", now);
  tell_left_out(now + line_budget::window); // there will be no later
  x.last_errors = {last_errors_.begin(), last_errors_.end()};
  x.batch_unread = session_.calling() && batch_unread();
  if (pid_ != -1) // else nobody knows that it began
    note(note_kind::ended, core::log_level::information, to_string(x));
  session_.on_end(x, out);
  release();
  if (pid_ == -1)
    start_failure_ = "cannot start " + what_.program + ": " + to_string(x);
}

/// Whether all of the open call's batch is still on this side of the pipe, or
/// in it.
bool process::batch_unread() const {
  int in_pipe = 0;
  if (program_.input.open())
    ioctl(program_.input.get(), FIONREAD, &in_pipe);
  return static_cast<std::size_t>(in_pipe) + unsent_.size() - sent_ >= payload_;
}

} // namespace cafka::exec
