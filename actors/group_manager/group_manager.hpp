#pragma once

#include "actors/events/event_publisher.hpp"
#include "actors/events/refusal_log.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "actors/partition_worker/delivery_window.hpp"
#include "actors/partition_worker/first_redelivery.hpp"
#include "core/ack_watch.hpp"
#include "core/commit_policy.hpp"
#include "core/partition.hpp"
#include "core/progress_watch.hpp"
#include "core/revoke_commit_limit.hpp"
#include "core/wait_notice.hpp"

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace cafka::actors {

struct worker_settings;

/// What the manager keeps of one partition that this member holds.
struct held_partition {
  /// The worker that lives, or that ended and is not yet released.
  struct worker_link {
    worker_id id;
    worker_actor handle;
    std::shared_ptr<delivery_window> window;
    std::shared_ptr<first_redelivery> first;
    bool down = false;
    bool released = false;
    caf::error cause;
    std::uint64_t full_acks = 0; ///< its calls that acked everything
    core::volume freed;          ///< in its window, and not yet told
    bool window_counts = false;  ///< what is retained is in there
    bool reads = false;          ///< no retained records are to come first
    int acked_nothing = 0;       ///< so many calls in a row
  };

  held_partition(core::partition m, core::record_source_ptr s,
                 core::progress_watch w, core::ack_watch a)
    : machine(std::move(m)), source(std::move(s)), watch(w), acks(a) {
  }

  /// The broker has not confirmed its watermark.
  bool is_uncommitted() const noexcept {
    auto& tracker = machine.tracker();
    return tracker && tracker->watermark() != committed;
  }
  bool takes_acks(generation of) const {
    return machine.gen() == of && !drain_over;
  }

  core::partition machine;
  core::record_source_ptr source;
  core::progress_watch watch;
  core::ack_watch acks;
  core::wait_notice waits; ///< for the broker
  std::shared_ptr<const partition_identity> identity;
  std::optional<worker_link> worker;
  bool moving = false; ///< the coordinator moves the position, or will
  std::optional<seek_request> seek; ///< to be sent when no worker reads
  bool position_lost = false;       ///< out of range until it has been moved
  int range_asked = 0; ///< times, while it is doubted that it is out of range
  time_point drain_until;         ///< while it is draining
  bool drain_over = false;        ///< fenced; only its last commit is missing
  bool held_back = false;         ///< too many ranges of acks
  offset_t committed = -1;        ///< confirmed by the broker
  std::uint64_t slow_reports = 0; ///< of the call that runs
  errc last_error = errc::none;
  std::string last_error_text;
};

/// Reacts to assignments and revocations with one worker per partition, restarts
/// workers, takes acks and decides on commits. Knows no librdkafka: it talks to
/// a coordinator.
///
/// ```
///                 assignments_revoked           drained, or out of time
///   running ───────────────────────► draining ─────────────────────────┐
///     ▲  ▲                             │ lost: nothing is waited for     │
///     │  │ revocation_done sent        ▼                                 ▼
///     │  └──────────────────────── given back ◄── answered, expired ── committing
///     │ stop_group: the same for all partitions, then close_client and end
/// ```
class group_manager_state {
public:
  static constexpr const char* name = "cafka.group_manager";
  using base = manager_actor::base;
  /// Spawns the coordinator; the manager is its only neighbour.
  using coordinator_factory
    = std::function<coordinator_actor(const manager_actor&)>;
  using worker_factory
    = std::function<worker_actor(const manager_actor&, worker_settings)>;

  /// `make_worker`: for tests; empty spawns a partition_worker.
  group_manager_state(base* self, std::shared_ptr<const group_options> options,
                      std::shared_ptr<partition_registry> registry,
                      const coordinator_factory& make_coordinator,
                      worker_factory make_worker = {});
  ~group_manager_state();
  group_manager_state(const group_manager_state&) = delete;
  group_manager_state& operator=(const group_manager_state&) = delete;

  manager_actor::behavior_type make_behavior();

private:
  /// The rebalance, or the stop, that takes partitions away now.
  struct revocation {
    enum class phase { draining, committing };
    rebalance_id rebalance; ///< 0 for a stop that no rebalance asked for
    std::set<topic_partition> partitions;
    std::set<topic_partition> draining; ///< those of them that are not fenced
    phase at = phase::draining;
    std::set<topic_partition> uncommitted;  ///< its last commit is to hold them
    std::optional<std::uint64_t> commit_id; ///< of its last commit
    std::uint64_t attempt = 0; ///< tells the timers of two commits apart
    close_reason why = close_reason::revoked;
  };
  using held_map = std::map<topic_partition, held_partition>;

  // -- rebalance.cpp: assignments, revocations, stop
  void on_assigned(const assignments_received& x);
  held_map::iterator hold(const std::string& group, const assignment& a);
  void on_revoked(const assignments_revoked& x);
  void on_stop(close_reason why, caf::error result);
  void on_coordinator_down(const caf::error& cause);
  void begin_drain(held_partition& x, time_point deadline, close_reason why);
  void lose(held_map::iterator i);
  void start_revocation(rebalance_id id, std::set<topic_partition> partitions,
                        caf::timespan limit, close_reason why);
  void check_drained(const topic_partition& tp, held_partition& x);
  bool fence_if_drained(const topic_partition& tp, held_partition& x);
  void end_drain();
  void on_drain_expired();
  void on_commit_expired(commit_expired x);
  void fence(const topic_partition& tp, held_partition& x);
  void on_commit_again(commit_again x);
  void commit_revoked();
  void on_revoke_commit_result(const commit_result& x);
  void finish_revocation();
  void finish_stop();

  // -- workers.cpp: lives of workers
  void spawn_worker(const topic_partition& tp, held_partition& x);
  void on_worker_down(const worker_id& id, const caf::error& cause);
  void on_worker_released(const worker_released& x);
  void join_worker_end(held_partition& x);
  void on_life_failed(const life_failed& x);
  void worker_gone(const topic_partition& tp, held_partition& x, errc code,
                   const std::string& text);
  void fail(const topic_partition& tp, held_partition& x, errc code,
            const std::string& text);
  void move(held_partition& x, seek_request to);
  void send_seek(held_partition& x);
  void restart_worker(const topic_partition& tp, held_partition& x);
  void on_backoff_elapsed(const backoff_elapsed& x);
  void on_seek_done(const seek_done& x);
  void on_worker_ready(const worker_ready& x);
  void read_on(held_partition& x);
  void on_source_drained(const source_drained& x);
  void on_call_begun(const call_begun& x);
  void begin_call(const topic_partition& tp, held_partition& x);
  void on_call_ended(const call_ended& x);
  void ack_call(held_partition& x, const call_ended& ended);
  void on_worker_drained(const worker_drained& x);
  void report_slow_calls(time_point now);

  // -- reset.cpp: positions that are out of the broker's range
  void doubt_position(const topic_partition& tp, held_partition& x);
  void on_ask_range_again(const ask_range_again& x);
  void on_range_result(const range_result& x);
  void reset_position(const topic_partition& tp, held_partition& x,
                      offset_range range);

  // -- progress.cpp: stalls, and the ends of partitions
  core::progress_facts progress_of(const topic_partition& tp,
                                   const held_partition& x) const;
  void watch_progress(time_point now);
  void watch_acks(time_point now);
  bool delivery_waits(const topic_partition& tp, const held_partition& x) const;
  bool is_full(const held_partition& x) const;
  partition_health health_of(const held_partition& x, std::string& why) const;
  void tell_wait(const topic_partition& tp, held_partition& x,
                 std::string what_for);
  void on_ends_result(const ends_result& x);
  void on_stall(const topic_partition& tp, held_partition& x,
                core::progress_action what, bool is_end_known);
  void replace_client(const topic_partition& tp);
  void on_resumed(const topic_partition& tp, const held_partition& x);
  std::int64_t lag_of(const held_partition& x) const;

  // -- acks.cpp: acks and commits
  ack_reply on_ack(const topic_partition& tp, generation g,
                   std::span<const offset_t> offsets, bool cumulative);
  void on_passed_acks(const passed_acks& x);
  bool take_in_one_go(const ack_series& x);
  void apply(const topic_partition& tp, held_partition& x,
             const core::ack_effect& effect);
  void settle_later(const topic_partition& tp);
  void on_settle_acks();
  void check_ack_ranges(const topic_partition& tp, held_partition& x);
  void commit_if_due();
  bool send_commit(const std::set<topic_partition>* only);
  void on_commit_result(const commit_result& x);

  // -- group_manager.cpp
  held_partition* current(const worker_id& id);
  time_point now() const;
  double jitter();
  void arm(time_point at);
  void on_tick();
  void tell(event_kind kind, const topic_partition& tp, generation g,
            offset_t offset = -1, std::uint64_t count = 0,
            errc code = errc::none, std::string text = {});
  group_status status() const;
  partition_status status_of(const topic_partition& tp,
                             const held_partition& x) const;
  committed_offsets committed(const std::string& topic) const;
  void on_client_failure(const client_failure& x);
  void subscribe(const subscribe_events& x);

  base* self_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  std::shared_ptr<compat::gate<manager_actor>> gate_;
  worker_factory make_worker_;
  coordinator_actor coordinator_;
  compat::monitors<base> monitors_;
  event_publisher publisher_;
  held_map held_;
  core::restart_limits limits_;
  core::commit_policy commits_;
  std::vector<topic_partition> unsettled_; // `settle_acks` is on its way
  std::uint64_t last_commit_id_ = 0;
  rebalance_id last_rebalance_;
  std::optional<revocation> revocation_;
  std::uint64_t last_attempt_ = 0;
  std::optional<caf::error> stop_result_; // set: the group stops
  std::minstd_rand random_;
  std::optional<time_point> armed_;
  std::set<topic_partition> ends_asked_; // one request at a time
  refusal_log refusals_;
  std::uint64_t stale_dropped_ = 0;
};

} // namespace cafka::actors
