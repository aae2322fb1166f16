#pragma once

#include "actors/group_coordinator/outage_watch.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "core/begin_lookup.hpp"
#include "core/commit_fence.hpp"
#include "core/membership.hpp"
#include "core/wait_notice.hpp"
#include "kafka/client.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::actors {

/// The only owner of the Kafka client: subscribe, assign, commit, seek, close.
/// Driven by the client's events; it never blocks and never runs user code.
/// Where the member stands is decided by `core::membership`, whose chart is
/// this actor's; which commits leave by `core::commit_fence`; where partitions
/// begin by `core::begin_lookup`.
///
/// However the actor ends, its state's destructor hands the client to the
/// reaper, which calls `on_closed`.
class group_coordinator_state {
public:
  static constexpr const char* name = "cafka.group_coordinator";
  using base = coordinator_actor::base;

  /// Leaving the group takes one round trip; an unreachable broker must not
  /// keep a restart or the end of the program for longer.
  static constexpr std::chrono::milliseconds close_limit{5'000};

  group_coordinator_state(base* self, manager_actor manager,
                          std::shared_ptr<const group_options> options,
                          std::shared_ptr<partition_registry> registry,
                          std::function<void()> on_closed,
                          kafka::client_factory make_client);
  ~group_coordinator_state();
  group_coordinator_state(const group_coordinator_state&) = delete;
  group_coordinator_state& operator=(const group_coordinator_state&) = delete;

  coordinator_actor::behavior_type make_behavior();

private:
  // -- messages
  void on_client_ready();
  void on_keep_alive();
  void on_commit_request(const commit_request& x);
  void on_seek_request(const seek_request& x);
  void on_revocation_done(const revocation_done& x);

  // -- the client's events
  void on_event(const kafka::assigned& x);
  void on_event(const kafka::revoked& x);
  void on_event(kafka::forgotten);
  void on_event(const kafka::committed_found& x);
  void on_event(const kafka::partitions_counted& x);
  void on_event(const kafka::ends_found& x);
  void on_event(const kafka::range_found& x);
  void on_event(const kafka::position_found& x);
  void on_event(const kafka::commit_answered& x);
  void on_event(const kafka::membership& x);
  void on_event(const kafka::client_error& x);
  void on_event(const kafka::log_line& x);

  // -- group_coordinator.cpp: the client and its commits
  bool open();
  bool take_events();
  bool may_send() const;
  void send_parked();
  void answer(std::optional<core::commit_fence::answer> x,
              const kafka::commit_answered& broker = {});
  void renew_client();
  void bury(kafka::farewell how, bool last);
  /// Ends the actor when `x` says that the client cannot go on. True: it does.
  bool ends_with(const kafka::error& x);
  void publish(const kafka::error& x);
  /// A broker answered.
  void on_answer();
  time_point now() const;
  std::function<void()> make_waker();

  // -- assignment.cpp: where assigned partitions begin
  void look_up(rebalance_id id);
  void accept(const std::vector<kafka::committed_found::entry>& found,
              const kafka::ends_found& ends = {});
  bool reads_maps() const;
  std::vector<topic_partition> with_metadata() const;
  bool topics_are_counted() const;
  void on_ends_for_begin(const kafka::ends_found& x);
  void note(std::map<std::string, partition_t> counts);
  void retry_later(kafka::error x, const std::string& question);

  // -- progress.cpp: what the manager asks, and what keeps the member waiting
  void on_ends_request(const ends_request& x);
  void answer_ends(ends_result x);
  void on_wake_request(const wake_request& x);
  void on_range_request(const range_request& x);
  void on_position_request(const position_request& x);
  void on_follow_generation(const follow_generation& x);
  void probe();
  void publish_waits();
  std::string what_it_waits_for() const;

  base* self_;
  manager_actor manager_;
  std::shared_ptr<const group_options> options_;
  std::shared_ptr<partition_registry> registry_;
  kafka::client_factory make_client_;
  reaper_actor reaper_;
  std::shared_ptr<compat::closable_handle<coordinator_actor>> handle_;
  std::shared_ptr<std::atomic<bool>> woken_;
  std::unique_ptr<kafka::client> client_;
  core::membership member_;
  core::commit_fence fence_;
  core::begin_lookup begins_;
  /// With metadata, for which the ends of the logs are asked.
  std::vector<kafka::committed_found::entry> found_;
  bool settled_ = true;                  // unless the client says otherwise
  std::optional<std::uint64_t> ends_id_; // of the request that is not answered
  caf::timespan keep_alive_;
  outage_watch outage_;
  std::optional<time_point> joins_since_;
  core::wait_notice join_notice_;
  std::map<std::string, kafka::error> missing_topics_; // by their error's text
  core::wait_notice topic_notice_;
};

} // namespace cafka::actors
