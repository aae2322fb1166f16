#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace cafka::core {

/// How partitions are taken away, by a rebalance or by a stop: no new calls,
/// what runs may finish, then no ack counts any more, then a last commit for
/// just these, then they are given back.
///
/// ```
///          revoke              nothing drains        the commit is sent
///   idle ─────────► draining ────────────► committing ────────────► awaiting
///    ▲                ▲  ▲                   ▲  │                      │ │
///    │                │  └───────────────────┼──┼── revoke: one more ──┤ │
///    │                │               again  │  │                      │ │
///    │                │                   retrying ◄── refused for now ┘ │
///    │                │ (from any)           │  │                        │
///    └── all lost, nothing to commit, out of time, answered for good ────┘
/// ```
///
/// A newer revocation takes over what an older one has not finished, and only
/// the newer one is answered. A drain that runs is never prolonged.
class revocation {
public:
  enum class state : std::uint8_t {
    idle,
    draining,
    committing, ///< its last commit waits for the one in flight
    awaiting,   ///< its last commit is on its way
    retrying    ///< it was refused for now, and is sent again in a moment
  };

  /// What is to be done, in this order.
  struct actions {
    std::vector<topic_partition> drain; ///< until `drain_until`
    time_point drain_until;
    std::vector<topic_partition> expired; ///< drained for too long: told
    std::vector<topic_partition> fence;
    /// Send the last commit, of these alone, as soon as none is in flight.
    std::optional<std::set<topic_partition>> commit;
    /// Not accepted in time: told where the broker has not confirmed them.
    std::vector<topic_partition> uncommitted;
    /// It is over: these are given back, and the rebalance, if any, is
    /// answered.
    struct completion {
      std::vector<topic_partition> give_back;
      rebalance_id answer;
    };
    std::optional<completion> done;
  };

  /// Partitions that are held are taken away; `id` is 0 for a stop that no
  /// rebalance asked for, which leaves the answer to the one that runs. Whoever
  /// drains them calls `drained` for each that needs no time.
  actions revoke(rebalance_id id,
                 const std::vector<topic_partition>& partitions, time_point now,
                 time_point deadline);
  /// They are gone already: neither drained nor committed.
  actions lose(rebalance_id id, const std::vector<topic_partition>& partitions,
               time_point now);
  /// Nothing of this partition is waited for any more.
  actions drained(const topic_partition& tp, time_point now);
  /// The last commit has left, under this id.
  void commit_sent(std::uint64_t id) noexcept;
  /// All of it is committed already.
  actions nothing_to_commit();
  /// A commit, this one or another one, was answered. `again`: of its
  /// partitions, those that were refused for now. What was refused for good is
  /// not repeated.
  actions commit_answered(std::uint64_t id,
                          const std::vector<topic_partition>& again,
                          time_point now);
  /// What is due by now; see `next`.
  actions look(time_point now);
  /// When something is due.
  std::optional<time_point> next() const noexcept;

  state at() const noexcept {
    return state_;
  }
  rebalance_id rebalance() const noexcept {
    return rebalance_;
  }

private:
  void transition_to(state x) noexcept;
  actions commit_if_drained(actions x, time_point now);
  actions finish(actions x);

  state state_ = state::idle;
  rebalance_id rebalance_;
  std::set<topic_partition> partitions_;
  std::map<topic_partition, time_point> draining_; // until when
  std::set<topic_partition> uncommitted_;          // its last commit's
  std::uint64_t commit_id_ = 0;                    // while awaiting
  time_point give_up_at_;                          // from committing on
  time_point retry_at_;                            // while retrying
};

} // namespace cafka::core
