#pragma once

#include "core/log_line.hpp"

#include <cafka/group.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// The arguments of a command about its log.
struct log_arguments {
  std::string format = "text";
  std::string level = "info";
};

/// `--log-format` and `--log-level`. `to` outlives the command.
void add_log_arguments(CLI::App& command, log_arguments& to);

/// The log of a process: what its groups, librdkafka and the program itself
/// have to tell becomes a line each, where its level is asked for. Any thread;
/// waits for nobody, if `to` does not.
class event_log {
public:
  struct settings {
    core::log_format format = core::log_format::text;
    int level = core::log_level::information; ///< and those that matter more
    core::log_look look;
    /// Milliseconds since the epoch.
    std::function<std::int64_t()> wall_clock;
    /// Takes a line, without its newline.
    std::function<void(const std::string&)> to;
  };

  explicit event_log(settings x) : settings_(std::move(x)) {
  }

  void write(const core::log_line& x) {
    if (x.level <= settings_.level)
      write_always(x);
  }
  /// Whatever its level: somebody asked for it.
  void write_always(const core::log_line& x);

  void on_event(const event& x);
  void on_record(const log_record& x);
  /// A sentence of the program's own about what `event` names.
  void note(int level, const std::string& event, const std::string& text);

  /// How many lines were written.
  std::uint64_t lines() const noexcept {
    return lines_;
  }
  core::log_format format() const noexcept {
    return settings_.format;
  }
  /// The line as `write` would write it.
  std::string written(const core::log_line& x) const;

private:
  const settings settings_;
  std::atomic<std::uint64_t> lines_ = 0;
};

/// To standard error, in the way of who reads there; `to` as in
/// `event_log::settings`. The one of a process, whose dropped lines are counted
/// in its format, too.
std::shared_ptr<event_log>
make_event_log(const log_arguments& args,
               std::function<void(const std::string&)> to);
/// As above, where nothing but the log is written there.
std::shared_ptr<event_log> make_event_log(const log_arguments& args = {});

/// Says something before anything runs: a sentence where the log is text, for
/// somebody waits for it, else a line of the log with `event=refused`.
void write_refusal(const log_arguments& args, int level,
                   const std::string& sentence);

} // namespace cafka::app
