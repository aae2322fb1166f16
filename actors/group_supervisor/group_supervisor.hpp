#pragma once

#include "actors/events/event_publisher.hpp"
#include "actors/events/refusal_log.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/buffered_actor.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "core/restart_policy.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace cafka::actors {

/// The manager and the coordinator of one incarnation of a group.
struct group_children {
  manager_actor manager;
  caf::actor coordinator;
};

/// Owns the group manager and the group coordinator, one-for-all: one ends, the
/// other is ended, and both start anew with backoff until the restart intensity
/// is exceeded or the cause is one that a restart cannot mend. The handle that
/// users have is this actor's: acks go into the manager's buffer, queries are
/// forwarded to the manager of the moment. Between two incarnations it refuses
/// acks.
///
/// ```
///          a child ended            both down, client closed
///   running ───────────► clearing ───────────────────────────► backing off
///      ▲                    │  the same, permanent or too often       │
///      │                    └────────────────────────────► ended      │
///      └───────────────────────── backoff over ───────────────────────┘
///   running, clearing, backing off ── stop_group, exit message ──► stopping
///   stopping ── both down, client closed; no handler call is left, or
///               stop-timeout is over ──► ended
/// ```
class group_supervisor_state {
public:
  static constexpr const char* name = "cafka.group_supervisor";
  using base = supervisor_actor::base;
  /// Spawns the children of one incarnation; `closed` is to be called once when
  /// the Kafka client of that incarnation is gone.
  using children_factory
    = std::function<group_children(std::function<void()> closed)>;

  group_supervisor_state(base* self,
                         std::shared_ptr<const group_options> options,
                         std::shared_ptr<partition_registry> registry,
                         children_factory start_children,
                         std::function<void()> on_end);
  ~group_supervisor_state();
  group_supervisor_state(const group_supervisor_state&) = delete;
  group_supervisor_state& operator=(const group_supervisor_state&) = delete;

  supervisor_actor::behavior_type make_behavior();

private:
  enum class phase { running, clearing, backing_off, stopping, ended };

  void transition_to(phase x);

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
  void publish_end();
  void kill_children();

  // -- forwarding.cpp
  bool has_manager() const noexcept {
    return children_ && !manager_down_;
  }
  void refuse_acks();
  ack_reply refuse(const topic_partition& tp, generation g);
  template <class Request>
  caf::result<ack_reply> ask_ack(const Request& x);
  caf::result<committed_offsets> ask_committed(const get_committed_offsets& x);
  caf::result<group_status> ask_status();
  caf::result<record_excerpt> ask_record(const get_record& x);
  group_status own_status() const;
  template <class Intent>
  caf::result<operation_reply> ask_intent(const Intent& x);
  template <class Intent>
  operation_reply without_manager(const Intent& x);
  void answer_intent(std::uint64_t number, operation_reply x);
  void answer_intents();
  void on_event(event x);

  base* self_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  children_factory start_children_;
  std::function<void()> on_end_;
  std::shared_ptr<compat::closable_handle<supervisor_actor>> handle_;
  compat::monitors<base> monitors_;
  event_publisher publisher_;
  refusal_log refusals_; // between two incarnations
  core::restart_policy policy_;
  std::minstd_rand random_;
  phase phase_ = phase::running;
  bool stop_overdue_ = false;
  std::uint64_t incarnation_ = 0;
  std::optional<group_children> children_;
  /// Intents that the manager works on; if it ends `otherwise` is the answer.
  struct asked_intent {
    caf::typed_response_promise<operation_reply> promise;
    std::function<operation_reply()> otherwise;
  };
  std::map<std::uint64_t, asked_intent> asked_;
  std::uint64_t last_asked_ = 0;
  // -- of the incarnation that runs or ends
  bool manager_down_ = false;
  bool coordinator_down_ = false;
  bool client_closed_ = false;
  std::optional<caf::error> cause_; // of its end, the first one that came
  std::uint64_t restarts_ = 0;
};

using group_supervisor
  = buffered_actor<group_supervisor_state, supervisor_actor::base>;

} // namespace cafka::actors
