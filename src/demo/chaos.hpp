#pragma once

#include "api/group_incarnations.hpp"
#include "demo/findings.hpp"
#include "demo/plan.hpp"

#include <cafka/group.hpp>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace cafka::demo {

/// Lets the planned failures happen, and sees from the group's events that each
/// did. Any thread.
///
/// A planned failure begins when its record is handed out, and is done with
/// `worker_failed`, or `group_restarted`. Where its generation ended before
/// that, it is planned again.
class chaos {
public:
  explicit chaos(failure_plan plan);

  // -- the group
  void on_incarnation(const group_incarnation& x);
  void on_event(const event& x);

  // -- handlers

  /// To be called before the record is handled. Throws, or gives the answer
  /// with which the call is to end, or nothing: handle it. Blocks while the
  /// coordinator is being killed.
  std::optional<handler_answer> before(partition_t p, generation g,
                                       offset_t at);
  /// Nothing is planned any more up to `last`.
  bool is_quiet(partition_t p, offset_t last) const;

  /// From now on nothing fails and nothing waits.
  void interrupt();

  // -- facts
  struct tally {
    std::uint64_t worker_planned = 0;
    std::uint64_t worker_done = 0;
    std::uint64_t kills_planned = 0;
    std::uint64_t kills_done = 0;
    bool killing = false; ///< the coordinator is about to die
    findings unplanned;
    bool complete() const noexcept {
      return worker_done == worker_planned && kills_done == kills_planned;
    }
  };
  tally facts() const;

private:
  struct partition {
    std::deque<planned_failure> planned;
    std::optional<planned_failure> begun;
    generation held; ///< 0: not assigned now
  };
  using lock = std::unique_lock<std::mutex>;

  void let_go(partition& x);
  void worker_failed(partition& x, const event& e);
  void group_restarted(const event& e);
  std::optional<handler_answer> fail_worker(lock& guard, partition& x);
  std::optional<handler_answer> kill_coordinator(lock& guard, partition& x,
                                                 generation g);
  void await_incarnation(lock& guard);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<partition> partitions_;
  group_incarnation incarnation_;
  bool committed_ = false;   // something, in this incarnation
  bool kill_counts_ = false; // until its `group_restarted`
  bool interrupted_ = false;
  tally tally_;
};

} // namespace cafka::demo
