#pragma once

#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cafka::core {

/// Where a member stands in its group, and which rebalance is the newest.
///
/// ```
///              assigned                 the begins are known
///   joining ─────────────► looking_up ───────────────────────► assigned
///      ▲                      │ ▲ assigned: the newest counts     │ │
///      │                      │ └───────────────────────────────────┘
///      │                      │ revoked: the look-up is void      │ revoked
///      │ revocation done      ▼                                   ▼
///      └─────────────────── revoking ◄────────────────────────────┘
///                            └─► revoked: both are given back with the newest
///   joining ── revoked ──► revoking
///   any ── the client was replaced ──► joining
/// ```
///
/// Cooperative members hold partitions in every state. Assignments add to them,
/// so that `assigned` may be left for `looking_up`.
class membership {
public:
  enum class state : std::uint8_t { joining, looking_up, assigned, revoking };

  struct rebalance {
    rebalance_id id;
    std::vector<topic_partition> partitions;
  };

  /// The group gave these partitions: begin to look up where they begin.
  const rebalance& on_assigned(std::vector<topic_partition> partitions);
  /// All is known to begin with. Returns what was assigned.
  rebalance on_begins_known();
  /// These are to be given back: with those of a revocation that is not done
  /// yet.
  const rebalance& on_revoked(const std::vector<topic_partition>& partitions);
  /// What to give back. Nothing: it is the completion of an older rebalance.
  std::optional<std::vector<topic_partition>>
  on_revocation_done(rebalance_id x);
  /// The client is replaced: nothing is held any more. Returns the rebalance
  /// that takes it.
  rebalance_id on_client_replaced();

  state at() const noexcept {
    return state_;
  }
  /// The rebalance whose begins are looked up; nothing in any other state.
  const rebalance* looking_up() const noexcept {
    return state_ == state::looking_up ? &current_ : nullptr;
  }
  /// Whether the look-up of this rebalance goes on; one that was overtaken is
  /// void.
  bool looks_up(rebalance_id x) const noexcept {
    return state_ == state::looking_up && current_.id == x;
  }

private:
  void transition_to(state x) noexcept;
  rebalance_id next_id() noexcept;

  state state_ = state::joining;
  rebalance current_; // what is looked up or given back; else empty
  rebalance_id last_;
};

std::string to_string(membership::state x);

} // namespace cafka::core
