#pragma once

#include "exec/process_driver.hpp"

#include <cafka/exec_handler.hpp>

#include <caf/actor_addr.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

namespace cafka::exec_handlers {

/// What the handlers of one group share whose handler is a program. Any thread.
class exec_group {
public:
  /// Why a program is no longer replaced by itself.
  static constexpr auto too_many_ends
    = "the program ended more than 10 times in a minute";

  /// `program` and `guard` are absolute paths. Of `options`, `config` and `log`
  /// are taken. `system` runs the group; null: none does, and events go to
  /// `log`.
  exec_group(caf::actor_system* system, exec_options what, std::string program,
             std::string guard, const group_options& options);

  const exec_options& options() const noexcept {
    return what_;
  }
  exec::session::life life() const noexcept;

  /// Finds the group, which acks and events go to from now on. Throws where it
  /// is not to be found.
  void find_group();
  /// For a partition's process, or without one for one of the pool.
  exec::process_ptr start(const partition_identity* of,
                          std::function<void(const exec::process&)> gone);
  /// A program of that partition ended in order: false: too often.
  bool may_begin_again(const partition_identity& of);
  /// To the group, if there is one.
  template <class Message>
  void send(const Message& x) const {
    if (auto to = group())
      cafka::send(*to, x);
  }

  /// A line for the log, of the group as a whole.
  void warn(const std::string& text) const;

  /// How fast a process ends when its handler is closed and nobody said by
  /// when: within what a revoke or a stop that comes meanwhile waits for.
  duration grace() const noexcept {
    return grace_;
  }
  /// When and how fast a process ends whose partition is given back at
  /// `deadline`; as `grace` says where that has passed.
  exec::ending_plan plan_until(time_point deadline) const noexcept;
  /// The time at which `call-timeout` ends if it begins now.
  std::int64_t deadline_ms() const;

private:
  void on_note(const partition_identity& of, const exec::process_note& x) const;
  void
  ack(const partition_identity& of,
      const std::variant<exec::acked, exec::acked_through, exec::nacked>& x);
  std::optional<group_actor> group() const;
  std::vector<std::string> environment(const partition_identity* of) const;

  caf::actor_system* const system_;
  const exec_options what_;
  exec::launch launch_;
  const std::string name_;
  const std::string group_;
  const std::function<void(const log_record&)> log_;
  const duration grace_;
  mutable std::mutex mutex_; // guards what follows
  caf::actor_addr found_;    // weak: it owns the options, which own this
  std::map<topic_partition, exec::exit_budget> exits_;
  exec::process_driver driver_; // ends first: its thread uses all else
};

/// The line that tells a program that it ends at `latest`, `why` being the name
/// of the reason.
std::string closing_line(std::string_view why, time_point latest);

/// The line of a batch whose call begins now.
std::string batch_line(const exec_group& group, const message_batch& batch);

} // namespace cafka::exec_handlers
