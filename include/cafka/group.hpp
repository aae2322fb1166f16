#pragma once

#include <cafka/acks.hpp>
#include <cafka/config.hpp>
#include <cafka/detail/caf_compat.hpp>
#include <cafka/errors.hpp>
#include <cafka/events.hpp>
#include <cafka/group_actor.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/send.hpp>

#include <caf/expected.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace cafka {

/// One line of librdkafka's or our log; `level` as in syslog(3), 0 to 7.
struct log_record {
  /// Lines up to this level tell that something is wrong.
  static constexpr int warning = 4;
  int level = 6;        ///< 0 (emergency) to 7 (debug)
  std::string group;    ///< the Kafka consumer group id
  std::string facility; ///< which part of librdkafka, or `cafka`
  std::string text;     ///< one line, without a newline
};

/// Everything that one group runs with.
struct group_options {
  group_config config;     ///< its settings
  handler_factory handler; ///< builds a handler per partition; required
  /// With `config.embedded`: topics of the embedded cluster and their
  /// partitions, 1 to 1000. Each topic of `config.topics` that is missing here
  /// has 4. A topic that only stands here is for the program's own producers
  /// and consumers.
  std::map<std::string, int> embedded_topics;
  /// False, for a handler that reads none: records come without their headers,
  /// which count for no window either. To look whether a record has any makes
  /// librdkafka allocate, 0.1 us or so each (librdkafka 2.0.2, 2026-11).
  bool headers = true;
  /// Called with every event at the moment it happens, before subscribers get
  /// it, on an actor's thread: it must be quick. A `commit_sent` is seen here
  /// before the request leaves. Optional.
  std::function<void(const event&)> observer;
  /// Called from several threads. Default: `name=value` lines on standard error
  /// for warnings and worse, and for the group's own events that are warnings
  /// (`is_warning`); a line that nobody takes is dropped and counted.
  std::function<void(const log_record&)> log;
};

/// Once, before any `caf::actor_system_config` is made. Also what CAF's network
/// layer needs, for programs that load it.
void init_types();

/// For every `caf::actor_system_config` whose system runs or talks to a group.
void add_types(caf::actor_system_config& cfg);

/// The scheduler's threads wait for work on a condition variable. By default
/// they look for it in each other's queues, and sleep in between for
/// microseconds: where messages come all the time and take little, as here,
/// that costs more processor time than all the actors do. For a `cfg` that is
/// yours to tune.
void wait_for_work(caf::actor_system_config& cfg);

/// Starts a supervised group in `system`. It runs until `stop_group`, an exit
/// message or until it gives up; `errc::invalid_config` or `errc::name_taken`
/// when it cannot start. The handle stays valid through every restart. The
/// group keeps itself alive; end it before the system is destroyed.
caf::expected<group_actor> spawn(caf::actor_system& system,
                                 group_options options);

/// Like `spawn`, linked to `parent`: each ends with the other.
caf::expected<group_actor> start_link(caf::event_based_actor* parent,
                                      group_options options);

/// How a supervisor of yours starts a group, like an OTP child specification.
struct child_spec {
  std::string id; ///< the name of the group
  /// Starts the group, linked to its argument. Errors as of `spawn`.
  std::function<caf::expected<group_actor>(caf::event_based_actor*)> start;
};
/// A specification that starts a group with these options, any number of times.
child_spec make_child_spec(group_options options);

/// The running group of this name in `system`, or nothing.
std::optional<group_actor> find(caf::actor_system& system,
                                const std::string& name);

/// The `bootstrap.servers` of the cluster that an embedded group runs on, for
/// producers and consumers of a test's own. Nothing where `group` is not
/// embedded, is of another process, or has ended; the cluster ends with the
/// group.
std::optional<std::string> embedded_endpoints(const group_actor& group);

/// Blocks, without a time-out, until `group` has ended. Returns the reason, or
/// an empty error after an orderly stop. Do not call it from an actor of
/// `system` or from a handler: it would deadlock.
caf::error await_end(caf::actor_system& system, const group_actor& group);

/// Lets `group` drain, commit and leave, and blocks until it has ended, like
/// `await_end`. After `errc::calls_outlived_stop` a handler call still runs:
/// the program should end without waiting for it.
caf::error stop(caf::actor_system& system, const group_actor& group);

/// Owns a group: its destructor stops it, and blocks like `stop`. To be
/// declared behind the system, so that it goes first: a system that is
/// destroyed while a group runs in it waits for the group's end for ever.
class running_group {
public:
  /// `system` must outlive this.
  running_group(caf::actor_system& system, group_actor group)
    : system_(&system), group_(std::move(group)) {
  }
  /// `x` has no group any more.
  running_group(running_group&& x) noexcept;
  running_group& operator=(running_group&&) = delete;
  ~running_group();

  /// The group. Not after `stop`, and not of one that was moved away.
  const group_actor& handle() const noexcept {
    return *group_;
  }
  /// As `cafka::stop`; afterwards there is no handle any more. Once.
  caf::error stop();

private:
  caf::actor_system* system_;
  std::optional<group_actor> group_; // empty: stopped, or moved away
};

/// The generations and the running handler calls of a group. It must outlive a
/// manager, so that the guarantees hold across restarts. Opaque; share one
/// among the incarnations of a group.
class partition_registry;
/// The registry for `spawn_manager`; `system` must outlive it.
std::shared_ptr<partition_registry>
make_partition_registry(caf::actor_system& system, const group_config& config);

/// A group without our supervisor. When one of the two ends, end the other,
/// wait for `client_closed` to be called, then spawn both anew with the same
/// registry. `stop_group` to the manager ends both.
struct manager_parts {
  group_actor manager;    ///< takes what a group takes
  caf::actor coordinator; ///< to monitor and to end
};
/// Starts the two. `registry` comes from `make_partition_registry`, one for all
/// incarnations; `client_closed` is called on any thread. Errors as of `spawn`.
caf::expected<manager_parts>
spawn_manager(caf::actor_system& system, group_options options,
              std::shared_ptr<partition_registry> registry,
              std::function<void()> client_closed);

} // namespace cafka
