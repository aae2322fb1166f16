#pragma once

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"
#include "support/manual_executor.hpp"
#include "support/scripted_coordinator.hpp"
#include "support/scripted_handler.hpp"
#include "support/scripted_source.hpp"
#include "support/scripted_writer.hpp"

#include "actors/group_supervisor/group_supervisor.hpp"
#include "actors/partition_registry/partition_registry.hpp"

#include <cafka/group.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

using offsets = std::vector<offset_t>;
using partitions = std::vector<partition_t>;

inline topic_partition tp(partition_t p) {
  return {"t", p};
}

/// A manager, alone or under its supervisor, on virtual time: with a scripted
/// coordinator, scripted sources and handler jobs that run on the test's
/// thread. Topic `t`, group `g`.
class scripted_group {
public:
  scripted_group();
  ~scripted_group();
  scripted_group(const scripted_group&) = delete;
  scripted_group& operator=(const scripted_group&) = delete;

  // -- to be set before the start
  group_config config;

  void start_manager();
  void start_supervisor();

  // -- time
  /// Runs actors and, unless `jobs_wait`, handler jobs until nothing moves.
  void settle();
  /// Settles after each timer on the way.
  void advance(caf::timespan by);
  bool jobs_wait = false;
  manual_executor::job_queue jobs;
  actor_fixture actors;

  // -- the coordinator's side; messages are sent, the actors do not run yet
  /// At what the group had committed.
  void assign(const partitions& ps, offset_t begin = 0);
  /// The same with what stood beside it.
  void assign_with(partition_t p, offset_t begin, core::committed_map map);
  /// At `begin`, logical or not, because nothing was committed.
  void assign_new(const partitions& ps, offset_t begin);
  void revoke(const partitions& ps);
  void lose(const partitions& ps);
  void answer_commit(const kafka::error& failure = {}); ///< the last one
  template <class T>
  void send_to_manager(const T& x) {
    compat::post(*coordinator.manager, x);
  }
  /// Like a strand.
  void report(actors::delivery_report x);
  void kill_manager();
  void end_coordinator(const caf::error& why = caf::exit_reason::kill);
  coordinator_script coordinator;
  rebalance_id rebalance; ///< the last one

  // -- the broker's side
  scripted_log& log(partition_t p);
  /// Appends `n` records; the source tells its reader.
  void append(partition_t p, int n = 1, std::size_t bytes = 10);
  /// The same, and the source stays silent.
  void append_unheard(partition_t p, int n = 1, std::size_t bytes = 10);
  void wake(partition_t p);
  /// The source of the last assignment.
  scripted_source& source(partition_t p);

  // -- the producer's side
  std::shared_ptr<writer_script> writer = std::make_shared<writer_script>();
  int producers = 0; ///< spawned so far
  /// Each topic for dead letters has so many partitions, and is found at once;
  /// 0: it is not there. Below 0: nobody answers.
  partition_t letter_partitions = 4;
  /// The report of the record that was sent as the `i`th.
  void deliver(std::size_t i, offset_t at = 0);
  void refuse(std::size_t i, errc why = errc::authorization);
  void kill_producer();

  // -- the user's side
  void nack(partition_t p, offset_t offset, bool retry);
  ack_reply ask_nack(partition_t p, offset_t offset, bool retry);
  void ack(partition_t p, offset_t offset);
  void ack(partition_t p, generation g, offset_t offset);
  void ack_individual(partition_t p, const offsets& xs);
  ack_reply ask_ack(partition_t p, const offsets& xs, bool cumulative = true);
  group_status status();
  partition_status status(partition_t p);
  record_excerpt record(partition_t p);
  committed_offsets committed(const std::string& topic = "t");
  /// An operator's intent; its answer, once it is there.
  template <class Intent>
  std::shared_ptr<std::optional<operation_reply>> intend(const Intent& x) {
    auto answer = post_intent(x);
    settle();
    return answer;
  }
  /// The same for inside of a handler call: jobs do not run.
  template <class Intent>
  std::shared_ptr<std::optional<operation_reply>> post_intent(const Intent& x) {
    auto answer = std::make_shared<std::optional<operation_reply>>();
    actors.system().spawn(
      [answer, x, front = *front_](caf::event_based_actor* self) {
        compat::request(self, front, std::chrono::hours{24 * 365}, x)
          .then([answer](const operation_reply& y) { *answer = y; },
                [](const caf::error&) {});
      });
    actors.run();
    return answer;
  }
  void stop();
  /// An exit message to the front.
  void send_exit(caf::exit_reason why);
  group_actor& front() {
    return *front_;
  }
  handler_script handlers;

  // -- workers
  caf::actor worker(partition_t p); ///< the last one
  void kill_worker(partition_t p);
  std::size_t worker_count() const; ///< spawned so far

  // -- what came of it
  std::vector<event> events;
  std::vector<event> events_of(event_kind kind) const;
  std::size_t count(event_kind kind) const {
    return events_of(kind).size();
  }
  const event& last(event_kind kind);
  /// Generation of the last assignment, or of the last reset.
  generation gen(partition_t p) const {
    return generations_.at(p);
  }
  /// Next offsets of the last commit request, by partition.
  std::map<partition_t, offset_t> last_commit() const;
  /// Why the front ended; nothing while it lives.
  const std::optional<caf::error>& ended() const {
    return ended_;
  }
  /// Of the supervisor: its end was told.
  bool end_told = false;
  std::shared_ptr<partition_registry> registry;
  partition_registry::exhausted_callback threads_exhausted; ///< the executor's
  int incarnations = 0; ///< children started by the supervisor

private:
  struct watcher_state;

  std::shared_ptr<const group_options> make_options();
  actors::group_producer_actor spawn_producer(actors::producer_listener to);
  void answer_questions();
  actors::group_children spawn_children(std::function<void()> closed);
  void watch();
  void assign(const partitions& ps, offset_t begin,
              std::optional<offset_t> committed);
  actors::assignment make_assignment(partition_t p, offset_t begin,
                                     std::optional<offset_t> committed);

  std::shared_ptr<const group_options> options_;
  std::optional<group_actor> front_;
  std::optional<caf::error> ended_;
  std::map<partition_t, std::shared_ptr<scripted_log>> logs_;
  std::map<partition_t, std::shared_ptr<scripted_source>> sources_;
  std::map<partition_t, generation> generations_;
  std::vector<std::pair<partition_t, caf::actor_addr>> workers_;
  std::vector<caf::actor> watchers_;
  caf::actor_addr producer_; // the last one
  std::size_t answered_ = 0; // look-ups of topics
};

/// With a manager alone that is given partition 0 with so many records, which
/// the handler gets.
inline void start_with(scripted_group& g, int records) {
  g.append(0, records);
  g.start_manager();
  g.assign({0});
  g.settle();
}

/// A handler that acks nothing.
inline handler_answer no_ack(const message_batch&) {
  return handler_answer::no_ack();
}

/// Of an intent that was answered.
inline operation_result
result_of(const std::shared_ptr<std::optional<operation_reply>>& x) {
  REQUIRE(x->has_value());
  return (*x)->result;
}

/// A listener of `subscribe_events` that keeps what it hears.
struct event_listener {
  explicit event_listener(actor_fixture& system);
  ~event_listener();
  void end();
  /// Strong references to it.
  std::size_t use_count() const;
  caf::actor handle;
  std::shared_ptr<std::vector<event>> heard;
};

} // namespace cafka::test
