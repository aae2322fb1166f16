#pragma once

#include "core/range_set.hpp"
#include "exec/protocol.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cafka::exec {

/// The batch of an open call.
struct open_call {
  std::string topic;
  partition_t partition = -1;
  core::range_set offsets; ///< of its records
  offset_t last = -1;
  std::uint64_t generation = 0;
};

/// How a program ended.
struct program_end {
  enum class kind {
    exited,     ///< `value`: its exit status
    signalled,  ///< `value`: the signal
    guard_lost, ///< its guard ended before it, and it was killed
  };
  kind what = kind::exited;
  int value = 0;
  /// Of the open call's batch it has read nothing.
  bool batch_unread = false;
  /// The last lines of its standard error, oldest first.
  std::vector<std::string> last_errors{};
};

/// In a word or two: `exit 3`, `signal 9`.
std::string class_of(const program_end& x);
/// As a cause: the same, with the last lines of its standard error.
std::string to_string(const program_end& x);

/// `EX_DATAERR` of sysexits.h: the exit status by which a program of
/// `life = "batch"` rejects its record.
inline constexpr int exit_reject = 65;

/// What is to be done, in this order.
struct actions {
  std::vector<log_line> logs;
  std::vector<std::variant<acked, acked_through, nacked>> acks;
  std::string write;            ///< to standard input
  bool end_input = false;       ///< behind all that was written
  int signal = 0;               ///< for the program's group of processes
  std::optional<answer> result; ///< of the open call
};

/// What one process of a handler does, from its start to its end.
///
/// ```
///            started      call            close         nothing open
///  starting ────────► idle ────► calling ───────► closing ───────────► ending
///     │                ▲            │                │ latest            │
///     │                └────────────┘                └───────► ending    │
///     │                    answer                                  grace │
///     │        call-timeout, wrong line                                  ▼
///     ├──────────── any ───────────► terminating ─────────► killed terminating
///     │ not started                       │      term-after    │
///     ▼                                   ▼        ended       ▼
///    gone ◄───────────────────────────── any ◄─────────────────┘
/// ```
///
/// A call may be open from `starting` on, as what is written waits in the pipe;
/// it ends by one `actions::result`, at the latest when the process is gone.
/// From `terminating` on nothing that the program writes counts.
class session {
public:
  enum class state {
    starting,
    idle,
    calling,
    closing,     ///< was told so; an open call and acks count
    ending,      ///< its input has ended
    terminating, ///< was sent SIGTERM
    killed,      ///< was sent SIGKILL
    gone,
  };

  /// What the program is to do.
  enum class life {
    worker, ///< answers each batch with a line
    pool,   ///< the same, for batches of all partitions: keeps none
    batch,  ///< gets one batch, and answers by its exit status
  };

  struct limits {
    duration call_timeout = std::chrono::minutes{5};
    duration term_after = std::chrono::seconds{5};
  };

  session(life what, limits x) : life_(what), limits_(x) {
  }

  void on_started();
  void on_start_failed(const std::string& cause, actions& out);
  /// May be made while `takes_calls`.
  void call(open_call x, time_point now, actions& out);
  /// A line of standard output, without its newline.
  void on_line(std::string_view line, time_point now, actions& out);
  /// A line was longer than `program_line_bytes_max`; `start` is its begin.
  void on_long_line(std::string_view start, time_point now, actions& out);
  /// Behind all lines.
  void on_end(const program_end& x, actions& out);
  /// Once `latest` is over, or no call is open and nothing is kept, its input
  /// ends; `term-after` later it is sent SIGTERM, and as much later SIGKILL.
  /// They come by `latest + grace` and `latest + 2 * grace`, whatever it did
  /// before. What comes first of several counts. `line` is for the program.
  void close(const std::string& line, time_point latest, duration grace,
             time_point now, actions& out);
  /// The open call, if there is one, ends by `latest`: by SIGTERM, with this
  /// cause; by `latest + grace`, by SIGKILL.
  void limit_call(time_point latest, duration grace, std::string cause);
  /// At once SIGTERM, and after `term-after` SIGKILL, or as `close` says.
  void terminate(std::string cause, time_point now, actions& out);
  void on_time(time_point now, actions& out);
  /// When `on_time` is to be called next; nothing: it need not be.
  std::optional<time_point> next_time() const noexcept;

  state now_in() const noexcept {
    return state_;
  }
  /// Also where a program of one batch has ended before it was known which: it
  /// may read nothing, and its exit is the answer.
  bool takes_calls() const noexcept {
    return !call_
           && (state_ == state::starting || state_ == state::idle
               || early_end_);
  }
  bool calling() const noexcept {
    return call_.has_value();
  }
  /// Records that the program has and neither acked nor failed yet.
  const core::range_set& kept() const noexcept {
    return kept_;
  }
  /// Why it was made to end, or how it ended by itself while no call was open
  /// or begun; empty: nothing is wrong.
  const std::string& failure() const noexcept {
    return failure_;
  }
  /// It is gone, and its end was not that of a call that it had begun.
  bool ended_between_calls() const noexcept {
    return ended_between_calls_;
  }
  /// Of `failure`; see `answer::error_class`.
  const std::string& failure_class() const noexcept {
    return failure_class_;
  }

private:
  void transition_to(state x) noexcept;
  bool counts() const noexcept;
  void fail(const std::string& what, time_point now, actions& out);
  void end_call(answer x, actions& out);
  void end_input_if_done(time_point now, actions& out);
  void end_input(time_point now, actions& out);
  time_point kill_by() const noexcept;
  std::string wrong_with(const answer& x) const;
  void keep(const answer& x);
  answer answer_of_end(const program_end& x) const;

  void take(std::variant<acked, acked_through, nacked> x,
            const core::range_set& done, time_point now, actions& out);
  void on(const own_output& x, time_point now, actions& out);
  void on(const answer& x, time_point now, actions& out);
  void on(const acked& x, time_point now, actions& out);
  void on(const acked_through& x, time_point now, actions& out);
  void on(const nacked& x, time_point now, actions& out);
  void on(const working& x, time_point now, actions& out);
  void on(const log_line& x, time_point now, actions& out);
  void on(const bad_line& x, time_point now, actions& out);

  life life_;
  limits limits_;
  state state_ = state::starting;
  std::optional<open_call> call_;
  std::optional<time_point> call_ends_; ///< while a call is open and counts
  /// Of the open call, whatever signs of life come.
  time_point call_limit_ = time_point::max();
  time_point call_kill_by_ = time_point::max();
  std::string limit_cause_;
  core::range_set done_; ///< acked or failed while the call is open
  core::range_set kept_;
  std::uint64_t generation_ = 0; ///< of the last call
  std::string failure_;
  std::string failure_class_ = "failed";
  bool has_run_ = false;
  std::optional<program_end> early_end_; ///< before the only call of `batch`
  bool ended_between_calls_ = false;
  std::string_view line_; ///< that is being read
  // How it ends, once somebody said by when: the one place that knows.
  time_point latest_ = time_point::max(); ///< the end of its input
  time_point term_by_ = time_point::max();
  time_point kill_by_ = time_point::max();
  time_point escalates_{}; ///< in `ending` and `terminating`
};

/// The name, as it stands in the enumeration.
std::string_view to_string(session::state x) noexcept;

/// When and how fast a process ends whose partition is given back at
/// `deadline`: its input so early that it is gone by then, whatever it does.
struct ending_plan {
  time_point latest;
  duration grace;
};
ending_plan plan_ending(time_point now, time_point deadline,
                        duration term_after) noexcept;

/// How often a program may end with no batch open and be replaced.
class exit_budget {
public:
  static constexpr std::size_t exits_max = 10;
  static constexpr duration window = std::chrono::minutes{1};

  /// False: this one is too many.
  bool take(time_point now);

private:
  std::deque<time_point> exits_;
};

} // namespace cafka::exec
