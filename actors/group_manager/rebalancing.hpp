#pragma once

#include "actors/coordinator_messages.hpp"
#include "actors/group_manager/offset_commits.hpp"
#include "core/failure_rules.hpp"
#include "core/restart_policy.hpp"
#include "core/revocation.hpp"

#include <cafka/message_handler.hpp>
#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <set>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// How partitions come and go: assignments, revocations, losses, and the stop
/// of the group, which is a revocation of everything, behind which the client
/// is closed. How they are given back is decided by `core::revocation`.
class rebalancing {
public:
  explicit rebalancing(group_manager_parts& parts);

  void on_assigned(const assignments_received& x);
  void on_revoked(const assignments_revoked& x);

  void on_stop_group(const stop_group&);
  /// The group ends with `result`. A rebalance in progress is finished by the
  /// same way. Once: a later one changes nothing.
  void stop(close_reason why, caf::error result);
  bool is_stopping() const noexcept {
    return stop_result_.has_value();
  }
  void on_coordinator_down(const caf::error& cause);

  /// After whatever may have been the last that its drain waits for. The
  /// partition may be given back then.
  void check_drained(const topic_partition& tp, held_partition& x);
  void check_drained(const topic_partition& tp);
  /// By the broker: the last commit, or the one before it.
  void commit_answered(const offset_commits::answer& x);
  /// What is due by `t`.
  void look(time_point t);

private:
  bool begins_again() const noexcept;
  void lose(const topic_partition& tp);
  void carry_out(const core::revocation::actions& x);
  void fence(const topic_partition& tp);
  void commit_last(const std::set<topic_partition>& partitions);
  void give_back(const core::revocation::actions::completion& x);

  group_manager_parts& parts_;
  manager_context& context_;
  core::restart_limits limits_;
  core::failure_rules rules_;
  rebalance_id last_rebalance_;
  core::revocation revocation_;
  close_reason taken_for_ = close_reason::revoked; // what is revoked
  std::optional<caf::error> stop_result_;          // set: the group stops
};

} // namespace cafka::actors
