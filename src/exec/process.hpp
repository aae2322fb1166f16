#pragma once

#include "exec/guarded_program.hpp"
#include "exec/line_cutter.hpp"
#include "exec/session.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cafka::guard {
struct report;
} // namespace cafka::guard

namespace cafka::exec {

/// A line about a process.
struct process_note {
  enum class kind {
    started, ///< it runs
    output,  ///< a line of its standard output that is no answer
    error,   ///< a line of its standard error
    log,     ///< it asked for this line, or something is wrong with it
    ended,   ///< it is gone; `text`: how
    killed,  ///< it was sent SIGTERM or SIGKILL; `text`: which, and why
  };
  kind what;
  int level; ///< as in syslog(3)
  std::string text;
  pid_t pid; ///< the process; -1: it does not run yet
};

class process;

/// Who hears what a process does. Both are called on the driver's thread or on
/// one that uses the process, under no lock, and must be quick.
struct process_hooks {
  std::function<void(const process_note&)> note;
  /// In the order of the program's lines; before the result of a call that was
  /// answered behind them.
  std::function<void(const std::variant<acked, acked_through, nacked>&)> ack;
  /// Once: it is gone, and no call was open, though the answer of the last one
  /// may still be on its way to who awaits it.
  std::function<void(const process&)> gone;
};

/// One process of a handler: a `session`, with its pipes. What is due is done
/// by the `process_driver` that started it; all else may come from any thread.
class process {
public:
  process(const launch& what, session::life life, session::limits limits,
          process_hooks hooks);
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  // -- for the handler

  /// Blocks until it runs. Why it does not; empty: it does.
  std::string await_started();
  /// Gives it a batch. False: it takes none any more.
  bool begin_call(open_call what, std::string payload);
  /// Blocks until the call that was begun has ended.
  answer await_answer();
  /// Both. Nothing: it takes no call any more.
  std::optional<answer> call(open_call what, std::string payload);
  bool takes_calls() const;
  /// See `session::close`.
  void close(const std::string& line, time_point latest, duration grace);
  void limit_call(time_point latest, duration grace, std::string cause);
  void terminate(const std::string& cause);
  /// Blocks until nothing of it runs any more.
  void await_gone();
  /// See `session`.
  core::range_set kept() const;
  std::string failure() const;
  std::string failure_class() const;
  bool ended_between_calls() const;

  // -- for the driver

  enum class stream { input, output, errors, status };
  static constexpr int stream_count = 4;

  /// Starts it. False: it cannot be, which `await_started` says.
  bool start();
  /// -1: closed.
  int fd_of(stream x) const;
  /// It can be read or written.
  void on_ready(stream x, time_point now);
  void on_time(time_point now);
  /// When `on_time` is due, in `time_point`'s ticks; `no_time`: never. No lock.
  std::int64_t next_time() const noexcept {
    return next_time_.load(std::memory_order_acquire);
  }
  static constexpr std::int64_t no_time = INT64_MAX;
  /// Called, under its lock, when there is more to write than the pipe takes
  /// (true) or no more (false).
  void on_full(std::function<void(bool)> f);
  /// Called, under its lock, when `next_time` comes earlier than before.
  void on_earlier(std::function<void()> f);
  /// Who started it cannot serve it: it is killed, and has not been started.
  void give_up(const std::string& why);
  /// Nothing counts any more, and the guard kills all.
  void abandon();
  bool gone() const;

private:
  using guard_type = std::unique_lock<std::mutex>;

  void carry_out(actions x, guard_type& lock);
  void tell(const actions& x, int signal);
  void note(process_note::kind what, int level, std::string text);
  void note_line(process_note::kind what, int level, std::string_view line,
                 time_point now);
  void tell_left_out(time_point now);
  void flush();
  void set_full(bool on);
  void release();
  void send(char command);
  descriptor& output_of(stream x);
  std::size_t read_from(stream x, time_point now, actions& out);
  void read_rest(stream x, time_point now, actions& out);
  void take_output(std::string_view bytes, time_point now, actions& out);
  void take_errors(std::string_view bytes, time_point now);
  void read_status(time_point now, actions& out);
  void on_report(const guard::report& x, time_point now, actions& out);
  void end(program_end x, time_point now, actions& out);
  bool batch_unread() const;
  void publish_time();

  const launch what_;
  const session::life life_;
  const process_hooks hooks_;

  mutable std::mutex mutex_; // guards everything below
  std::condition_variable changed_;
  session session_;
  guarded_program program_;
  pid_t pid_ = -1;            // and its group's
  descriptor unguarded_;      // says when it ends that has lost its guard
  std::string start_failure_; // with `gone`
  std::string unsent_;        // from `sent_` on
  std::size_t sent_ = 0;
  std::size_t payload_ = 0; // bytes of the open call's batch, and behind it
  bool input_ends_ = false; // behind what is not sent
  bool is_full_ = false;
  bool ended_ = false; // everybody is being told
  bool gone_ = false;  // and was
  std::optional<answer> result_;
  line_cutter output_lines_{program_line_bytes_max};
  line_cutter error_lines_;
  line_budget budget_;
  std::deque<std::string> last_errors_;
  std::deque<process_note> notes_; // to be told when the lock is open
  std::function<void(bool)> full_hook_;
  std::function<void()> earlier_hook_;
  std::atomic<std::int64_t> next_time_ = no_time;
};

} // namespace cafka::exec
