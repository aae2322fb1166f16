#pragma once

#include "actors/group_coordinator/outage_watch.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "core/wait_notice.hpp"
#include "kafka/consumer.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace cafka::actors {

/// The only owner of the Kafka client: subscribe, assign, commit, seek, close.
/// Driven by the client's events; it never blocks and never runs user code.
///
/// ```
///   joining ── assigned ──► looking up ── ends, counts, committed ──► assigned
///      ▲                        │ revoked: the look-up is void     │ revoked
///      │                        ▼                                  ▼
///      └──────── given back ◄── revocation_done ─────────────── revoking
///   any ── a commit is outstanding when partitions are lost or given back, or
///          the group had forgotten the member ──►
///          the client is destroyed without close and made anew ──► joining
///   any ── close_client, or any end ──► the client goes to the reaper
/// ```
///
/// However the actor ends, its state's destructor hands the client to the reaper,
/// which calls `on_closed`.
class group_coordinator_state {
public:
  static constexpr const char* name = "cafka.group_coordinator";
  using base = coordinator_actor::base;

  /// Leaving the group takes one round trip; an unreachable broker must not keep
  /// a restart or the end of the program for longer.
  static constexpr std::chrono::milliseconds close_limit{5'000};

  group_coordinator_state(base* self, manager_actor manager,
                          std::shared_ptr<const group_options> options,
                          std::shared_ptr<partition_registry> registry,
                          std::function<void()> on_closed);
  ~group_coordinator_state();
  group_coordinator_state(const group_coordinator_state&) = delete;
  group_coordinator_state& operator=(const group_coordinator_state&) = delete;

  coordinator_actor::behavior_type make_behavior();

private:
  /// Partitions with the rebalance that gives or takes them.
  struct rebalance {
    rebalance_id id;
    std::vector<topic_partition> partitions;
  };

  // -- messages
  void on_client_ready();
  void on_keep_alive();
  void on_commit_request(const commit_request& x);
  void on_seek_request(const seek_request& x);
  void on_ends_request(const ends_request& x);
  void on_wake_request(const wake_request& x);
  void on_range_request(const range_request& x);
  void on_revocation_done(const revocation_done& x);
  void look_up(rebalance_id id);

  // -- the client's events
  void on_event(const kafka::assigned& x);
  void on_event(const kafka::revoked& x);
  void on_event(kafka::forgotten x);
  void on_event(const kafka::committed_found& x);
  void on_event(const kafka::partitions_counted& x);
  void on_event(const kafka::ends_found& x);
  void on_event(const kafka::range_found& x);
  void on_event(const kafka::commit_answered& x);
  void on_event(const kafka::membership& x);
  void on_event(const kafka::client_error& x);
  void on_event(const kafka::log_line& x);

  // -- what it does
  bool open();
  void accept(const std::vector<kafka::committed_found::entry>& found);
  bool take_events();
  bool may_send() const;
  void send_outstanding();
  bool commit_on_its_way() const noexcept {
    return outstanding_ && outstanding_sent_;
  }
  bool must_find_ends() const;
  bool must_count() const;
  void on_ends_for_begin(const kafka::ends_found& x);
  void note(std::map<std::string, partition_t> counts);
  void retry_later(kafka::error x, const std::string& question);
  void give_back();
  void renew_client();
  void bury(kafka::consumer::farewell how, bool last);
  void answer_outstanding(errc code, const std::string& text);
  offset_t begin_of(const kafka::committed_found::entry& x) const;
  /// Ends the actor when `x` says that the client cannot go on. True: it does.
  bool ends_with(const kafka::error& x);
  void probe();
  void tell_waits();
  std::string what_it_waits_for() const;
  /// A broker answered.
  void on_answer();
  time_point now() const;
  std::function<void()> make_waker();

  base* self_;
  manager_actor manager_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  reaper_actor reaper_;
  std::shared_ptr<compat::gate<coordinator_actor>> gate_;
  std::shared_ptr<std::atomic<bool>> woken_;
  std::unique_ptr<kafka::consumer> client_;
  std::map<topic_partition, generation> held_;
  rebalance_id last_rebalance_;
  std::optional<rebalance> assigning_;
  std::optional<std::map<topic_partition, offset_t>> ends_; // at its begin
  std::optional<rebalance> revoking_;
  std::optional<commit_request> outstanding_;
  bool outstanding_sent_ = false; // else it waits for the member to settle
  bool settled_ = true;           // unless the client says otherwise
  bool finding_ends_ = false;     // the manager awaits them
  bool counted_ = false;          // the topics' partitions, in this life
  int questions_failed_ = 0;      // without an answer in time; each doubles it
  caf::timespan keep_alive_;
  outage_watch outage_;
  bool joined_ = false; // this client was given an assignment, even if empty
  std::optional<time_point> joins_since_;
  core::wait_notice join_notice_;
  std::map<std::string, kafka::error> missing_topics_; // by their error's text
  core::wait_notice topic_notice_;
};

} // namespace cafka::actors
