#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace cafka::io {

/// Where a service manager such as systemd wants to be told how the process is:
/// see sd_notify(3). Nothing is told where there is none; nothing waits, and
/// what the manager has no room for is lost.
class service_notifier {
public:
  /// The value of an environment variable; nothing: it is not set.
  using environment
    = std::function<std::optional<std::string>(const char* name)>;

  /// Talks to nobody.
  service_notifier() = default;
  /// By `NOTIFY_SOCKET`: a path, or a name of Linux's abstract sockets behind
  /// `@`. And by `WATCHDOG_USEC`, unless `WATCHDOG_PID` is another process's.
  explicit service_notifier(const environment& of);
  ~service_notifier();
  service_notifier(service_notifier&& x) noexcept;
  service_notifier& operator=(service_notifier&& x) noexcept;

  /// As this process has it, which forgets the variables: they are not meant
  /// for the programs that it starts. Before it makes threads.
  static service_notifier from_environment();

  /// False: nobody is to be told.
  explicit operator bool() const noexcept {
    return socket_ != -1;
  }
  /// How often `WATCHDOG=1` is to be told, half of what the manager waits for;
  /// nothing: never.
  std::optional<std::chrono::microseconds> watchdog_interval() const noexcept {
    return watchdog_;
  }

  /// `NAME=value` lines. False: there was nobody or no room.
  bool send(std::string_view state) const;

private:
  int socket_ = -1;
  std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace cafka::io
