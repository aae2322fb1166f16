#pragma once

#include "actors/events/event_publisher.hpp"
#include "actors/events/refusal_log.hpp"
#include "actors/group_manager/ack_gathering.hpp"
#include "actors/group_manager/held_partition.hpp"
#include "actors/group_producer/producer_link.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/buffered_actor.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "core/commit_policy.hpp"
#include "core/revocation.hpp"

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace cafka::actors {

class delivery_loop;

/// Reacts to assignments and revocations with one worker per partition, restarts
/// workers, takes acks and decides on commits. Knows no librdkafka: it talks to
/// a coordinator. Acks and the reports of strands come by the registry's buffer,
/// which it empties before anything that must not overtake them. Each partition's states are those of `core::partition`, and how
/// partitions are given back is decided by `core::revocation`; a stop is a
/// revocation of everything, behind which the client is closed.
class group_manager_state {
public:
  static constexpr const char* name = "cafka.group_manager";
  using base = manager_actor::base;
  /// Spawns the coordinator; the manager is its only neighbour.
  using coordinator_factory
    = std::function<coordinator_actor(const manager_actor&)>;
  using worker_factory
    = std::function<worker_actor(std::shared_ptr<delivery_loop>)>;

  /// Spawns the group's producer.
  using producer_factory
    = std::function<group_producer_actor(producer_listener)>;

  /// `make_worker`: for tests; empty spawns a partition_worker.
  group_manager_state(base* self, std::shared_ptr<const group_options> options,
                      std::shared_ptr<partition_registry> registry,
                      const coordinator_factory& make_coordinator,
                      producer_factory make_producer,
                      worker_factory make_worker = {});
  ~group_manager_state();
  group_manager_state(const group_manager_state&) = delete;
  group_manager_state& operator=(const group_manager_state&) = delete;

  manager_actor::behavior_type make_behavior();

private:
  using held_map = std::map<topic_partition, held_partition>;

  // -- rebalance.cpp: assignments, revocations, stop
  void on_assigned(const assignments_received& x);
  void on_revoked(const assignments_revoked& x);
  void on_stop_group(const stop_group&);
  void on_stop(close_reason why, caf::error result);
  void on_coordinator_down(const caf::error& cause);
  void lose(held_map::iterator i);
  void carry_out(const core::revocation::actions& x);
  void check_drained(const topic_partition& tp, held_partition& x);
  void check_drained(const topic_partition& tp);
  void fence(const topic_partition& tp);
  void commit_revoked(const std::set<topic_partition>& partitions);
  void give_back(const core::revocation::actions::completion& x);

  // -- workers.cpp: incarnations of workers
  void spawn_worker(const topic_partition& tp, held_partition& x);
  std::shared_ptr<delivery_loop> make_loop(const topic_partition& tp,
                                           const held_partition& x,
                                           core::delivery_step first);
  void on_worker_down(const worker_id& id, const caf::error& cause);
  held_partition* held_by(const worker_id& id);
  void fail(const topic_partition& tp, held_partition& x, errc code,
            const std::string& text);
  void end_worker(held_partition& x);
  void begin_backoff(const topic_partition& tp, const held_partition& x,
                     duration delay);
  void give_up(const topic_partition& tp, const held_partition& x,
               bool with_group, errc code, const std::string& text);
  void on_backoff_elapsed(const backoff_elapsed& x);
  void move(const topic_partition& tp, held_partition& x);
  void on_seek_done(const seek_done& x);
  void restart_worker(const topic_partition& tp, held_partition& x);
  void on_redelivery_due(const redelivery_due& x);

  // -- calls.cpp: reports of their strands
  void on(const handler_built& x);
  void on(const worker_ready& x);
  void on(const call_begun& x);
  void on(const source_drained& x);
  void on(const call_ended& x);
  void on(const incarnation_failed& x);
  void on(const worker_drained& x);
  void on(const close_failed& x);
  void begin_call(const topic_partition& tp, held_partition& x,
                  offset_range batch);
  void count(held_partition& x, const call_ended& ended);
  void keep(held_partition& x, offset_range records);
  void ack_call(held_partition& x, const call_ended& ended);
  void go_on(held_partition& x, core::delivery_step step);
  void deliver(held_partition& x, offset_t after);
  void deliver_if_waiting(held_partition& x);

  // -- failures.cpp: records that fail
  double jitter();
  void publish(const topic_partition& tp, const held_partition& x,
               const std::vector<core::failure_note>& notes);
  void carry_out(const topic_partition& tp, held_partition& x,
                 const core::failure_effect& effect);
  void see_to_worker(const topic_partition& tp, held_partition& x,
                     const core::failure_effect& effect);
  void note_row(const topic_partition& tp, held_partition& x);
  void fail_worker(held_partition& x, core::failed_call call);
  ack_reply on_nack(const nack& x);
  ack_result on_nack(const topic_partition& tp, held_partition& x,
                     const nack& of);
  group_producer_actor start_producer(std::uint64_t incarnation);
  bool knows_letter_topics();
  void on_letter_topics(const letter_topics_checked& x);
  void on_report(const write_report& x);
  void take_report(const write_report& x);
  void on_producer_down(std::uint64_t incarnation, const caf::error& cause);
  void look_at_failures(time_point t);

  // -- outputs.cpp: answers that wait for their outputs
  void wait_for_outputs(const topic_partition& tp, held_partition& x,
                        const call_ended& ended);
  void on_outputs(const topic_partition& tp, held_partition& x,
                  const write_report& report);
  void count_answers(const topic_partition& tp, held_partition& x,
                     std::uint64_t id);
  void void_answers(const topic_partition& tp, held_partition& x,
                    const write_report& report);

  // -- reset.cpp: positions that are out of the broker's range
  void on_ask_range_again(const ask_range_again& x);
  void on_range_result(const range_result& x);
  void reset_position(const topic_partition& tp, held_partition& x,
                      offset_range range);

  // -- progress.cpp: stalls, and the ends of partitions
  core::progress_facts progress_of(const topic_partition& tp,
                                   const held_partition& x) const;
  void watch(time_point now);
  void on_ends_result(const ends_result& x);
  void on_stall(const topic_partition& tp, held_partition& x,
                core::progress_action what, bool is_end_known);
  void publish_wait(const topic_partition& tp, held_partition& x,
                    std::string what_for);

  // -- acks.cpp: acks and commits
  void on_buffer_filled();
  void take_in();
  void take_in_items();
  void take_in(const ack_series& x);
  void take_in(const nack& x);
  void take_in(const delivery_report& x);
  bool take_in_one_go(const ack_series& x);
  ack_reply answer(const topic_partition& tp, generation g,
                   std::span<const offset_t> offsets, bool cumulative);
  ack_reply on_ack(const topic_partition& tp, generation g,
                   std::span<const offset_t> offsets, bool cumulative);
  void apply(const topic_partition& tp, held_partition& x,
             const core::ack_effect& effect);
  void flush();
  void check_ack_ranges(const topic_partition& tp, held_partition& x);
  void commit_if_due();
  std::optional<std::uint64_t>
  send_commit(const std::set<topic_partition>* only);
  void on_commit_result(const commit_result& x);

  // -- group_manager.cpp
  template <class T>
  auto behind_acks(void (group_manager_state::*f)(const T&));
  held_partition* find(const topic_partition& tp, generation g);
  held_partition* find(const worker_id& id);
  time_point now() const;
  void arm(time_point at);
  void on_watch_due(const watch_due&);
  void publish(event_kind kind, const topic_partition& tp, generation g,
               offset_t offset = -1, std::uint64_t count = 0,
               errc code = errc::none, std::string text = {});
  group_status status() const;
  committed_offsets committed(const std::string& topic) const;

  base* self_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  std::shared_ptr<compat::closable_handle<manager_actor>> handle_;
  worker_factory make_worker_;
  coordinator_actor coordinator_;
  compat::monitors<base> monitors_;
  event_publisher publisher_;
  held_map held_;
  core::restart_limits limits_;
  core::failure_rules rules_;
  producer_factory make_producer_;
  producer_link link_;
  std::optional<group_producer_actor> producer_; // the last one
  enum class letter_topics_state { unknown, asked, known };
  letter_topics_state letter_topics_ = letter_topics_state::unknown;
  core::commit_policy commits_;
  std::vector<manager_buffer::item> taken_; // from the buffer, being worked off
  ack_gathering gathering_;
  std::vector<topic_partition> look_again_; // have room that is not told
  bool unflushed_ = false;                  // acks were applied since `flush`
  std::uint64_t last_commit_id_ = 0;
  rebalance_id last_rebalance_;
  core::revocation revocation_;
  close_reason taken_for_ = close_reason::revoked; // what is revoked
  std::optional<caf::error> stop_result_;          // set: the group stops
  std::minstd_rand random_;
  std::optional<time_point> armed_;
  std::map<topic_partition, generation> ends_asked_; // one request at a time
  refusal_log refusals_;
  std::uint64_t stale_dropped_ = 0;
};

using group_manager = buffered_actor<group_manager_state, manager_actor::base>;

} // namespace cafka::actors
