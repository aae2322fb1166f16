#pragma once

#include "program/status_board.hpp"

#include <cafka/events.hpp>
#include <cafka/types.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cafka::app {

/// The notices to a service manager of a run, see sd_notify(3): `READY=1` once
/// every group was in its group, `STATUS=` with one sentence, `WATCHDOG=1` for
/// as long as every group answers, `STOPPING=1` when the stop begins. A group
/// that waits for its brokers answers, too: a restart would not help it.
class service_state {
public:
  /// The sentence that an operator sees of `systemctl status` is no older.
  static constexpr auto status_interval = std::chrono::seconds{10};

  struct settings {
    /// False: there was no room. Empty: nobody is to be told.
    std::function<bool(std::string_view)> to;
    /// Of `WATCHDOG=1`; nothing: it is not asked for.
    std::optional<std::chrono::microseconds> watchdog;
  };

  /// There will be so many groups.
  service_state(settings x, std::size_t groups);

  /// Something happened in the group of this name. Any thread.
  void on_event(const std::string& name, const event& x);
  /// True: `show` is to be called with how the groups are.
  bool is_due(time_point now) const;
  void show(const status_answer& x, time_point now);
  /// The groups stop from now on.
  void stop(time_point now);
  /// To be called now and then while they do.
  void look_while_stopping(time_point now);

private:
  bool is_ready() const;
  std::string exceptions(const status_answer& x) const;

  const settings settings_;
  const std::size_t groups_;
  const duration interval_;
  mutable std::mutex mutex_; // guards what follows
  std::set<std::string> joined_;
  // The run's thread alone.
  bool ready_told_ = false;
  time_point next_{};
};

} // namespace cafka::app
