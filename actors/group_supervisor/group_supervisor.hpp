#pragma once

#include "actors/events/event_publisher.hpp"
#include "actors/events/refusal_log.hpp"
#include "actors/group_supervisor/ack_buffer.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "core/restart_policy.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace cafka::actors {

/// The manager and the coordinator of one life of a group.
struct group_children {
  manager_actor manager;
  caf::actor coordinator;
};

/// Owns the group manager and the group coordinator, one-for-all: one ends, the
/// other is ended, and both start anew with backoff until the restart intensity
/// is exceeded or the cause is one that a restart cannot mend. The handle that
/// users have is this actor's; acks and queries are passed on to the manager of
/// the moment.
///
/// ```
///   running ── a child ended ──► clearing ── both down, client closed ──┐
///      ▲                           │  permanent, or too often            │
///      │                           ▼                                     ▼
///      └─────── backoff over ── gave up (ends with the cause) ◄──── backing off
///   any ── stop_group ──► stopping ── both down, client closed, no handler
///                                     call left or stop-timeout ──► ends
/// ```
class group_supervisor_state {
public:
  static constexpr const char* name = "cafka.group_supervisor";
  using base = supervisor_actor::base;
  /// Spawns the children of one life; `closed` is to be called once when the
  /// Kafka client of that life is gone.
  using children_factory
    = std::function<group_children(std::function<void()> closed)>;

  group_supervisor_state(base* self, std::shared_ptr<ack_buffer> buffer,
                         std::shared_ptr<const group_options> options,
                         std::shared_ptr<partition_registry> registry,
                         children_factory start_children,
                         std::function<void()> on_end);
  ~group_supervisor_state();
  group_supervisor_state(const group_supervisor_state&) = delete;
  group_supervisor_state& operator=(const group_supervisor_state&) = delete;

  supervisor_actor::behavior_type make_behavior();

private:
  enum class phase { running, clearing, backing_off, stopping };

  void start();
  void on_child_down(bool is_manager, const caf::error& cause);
  void on_client_closed(client_closed x);
  void check_cleared();
  void restart_or_give_up();
  void give_up(errc code, const caf::error& cause);
  void begin_stop();
  void await_handlers();
  void on_stop_deadline(stop_deadline x);
  void end_stop(bool idle);
  void end(caf::error why);
  void tell_end();
  void kill_children();

  // -- forwarding.cpp
  /// One that came through the mailbox: with an answer, or in parts.
  template <class Ack>
  void put(const Ack& x) {
    if (ack_buffer_->put(x))
      compat::post(supervisor_actor{self_}, pass_acks{});
  }
  void gather_acks();
  void pass_acks_on();
  void refuse(const ack_series& x);
  ack_reply refuse(const topic_partition& tp, generation g);
  caf::result<ack_reply> ask_ack(const ack_request& x);
  caf::result<committed_offsets> ask_committed(const get_committed_offsets& x);
  caf::result<group_status> ask_status();
  group_status own_status() const;
  void on_event(event x);

  base* self_;
  std::shared_ptr<ack_buffer> ack_buffer_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  children_factory start_children_;
  std::function<void()> on_end_;
  std::shared_ptr<compat::gate<supervisor_actor>> gate_;
  compat::monitors<base> monitors_;
  event_publisher publisher_;
  refusal_log refusals_; // between two lives
  std::size_t seen_ = 0; // acks in the buffer at the last look; 0: none yet
  int looks_ = 0;        // since it had more
  std::chrono::steady_clock::time_point gathers_since_;
  core::restart_policy policy_;
  std::minstd_rand random_;
  phase phase_ = phase::running;
  bool stop_overdue_ = false;
  std::uint64_t life_ = 0;
  std::optional<group_children> children_;
  // -- of the life that runs or ends
  bool manager_down_ = false;
  bool coordinator_down_ = false;
  bool client_closed_ = false;
  std::optional<caf::error> cause_; // of its end, the first one that came
  std::uint64_t restarts_ = 0;
};

/// The actor; acks do not go through its mailbox. What one sender sends is in
/// order but for this: an ack may overtake what that sender asked before it.
class group_supervisor
  : public compat::actor_of<group_supervisor_state, supervisor_actor::base> {
public:
  using super
    = compat::actor_of<group_supervisor_state, supervisor_actor::base>;

  template <class... Ts>
  explicit group_supervisor(caf::actor_config& cfg, Ts&&... xs)
    : group_supervisor(std::make_shared<ack_buffer>(), cfg,
                       std::forward<Ts>(xs)...) {
  }

  void on_exit() override {
    ack_buffer_->close();
    super::on_exit();
  }

  using super::enqueue;
  compat::enqueued enqueue(caf::mailbox_element_ptr x,
                           compat::enqueuer* by) override {
    auto is_first = put_ack(*x, *ack_buffer_);
    if (!is_first)
      return super::enqueue(std::move(x), by);
    if (*is_first)
      compat::post(supervisor_actor{this}, pass_acks{});
    return compat::enqueued(true);
  }

private:
  template <class... Ts>
  group_supervisor(std::shared_ptr<ack_buffer> buffer, caf::actor_config& cfg,
                   Ts&&... xs)
    : super(cfg, buffer, std::forward<Ts>(xs)...),
      ack_buffer_(std::move(buffer)) {
  }

  std::shared_ptr<ack_buffer> ack_buffer_;
};

} // namespace cafka::actors
