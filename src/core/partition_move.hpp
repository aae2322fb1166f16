#pragma once

#include <cafka/operation_result.hpp>
#include <cafka/target_position.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <string>

namespace cafka::core {

/// What the brokers said of where a partition may go on; nothing: they did not.
struct position_facts {
  std::optional<offset_range> held; ///< what the leader holds, and can be read
  std::optional<offset_t> at_time;  ///< the first record that is as new
  std::string failure;              ///< why there is no answer
};

/// Where a target is, or (not `done`) why it cannot be said.
struct located_position {
  operation_result result = operation_result::done;
  offset_t offset = -1;
  std::string text;
};

/// A time behind the last record is the end, and so is `latest`.
located_position locate(const target_position& to, const position_facts& found);

/// What is wrong with a target, whatever the brokers hold; empty: nothing.
std::string wrong_with(const target_position& to);

/// How an operator moves a partition: its new position is looked up while it
/// goes on; then it drains, its generation is over, and the new position is
/// committed. Only when that is confirmed the client moves there.
///
/// ```
///            located           drained, or out of time
///   asking ─────────► draining ───────────────────────► committing
///     │ not located     │ given back      confirmed, refused, lost │
///     └─────────────────┴───────────────────────────────────► (forgotten)
/// ```
///
/// Forgotten is no state: who keeps it answers the operator, and drops it. The
/// partition goes on at the new position where that is confirmed, else where it
/// was.
///
/// What is given back while it commits is committed to the new position by its
/// last commit: the operator's wish holds for the next owner.
class partition_move {
public:
  enum class state : std::uint8_t { asking, draining, committing };

  explicit partition_move(generation g) noexcept : generation_(g) {
  }

  /// It drains until `deadline`.
  void begin_drain(offset_t to, time_point deadline) noexcept;
  /// It is drained, or was for too long: from now on `g` is its generation.
  void begin_commit(generation g) noexcept;

  state at() const noexcept {
    return state_;
  }
  /// Of the partition, as far as this goes.
  cafka::generation gen() const noexcept {
    return generation_;
  }
  /// Known from the drain on.
  offset_t to() const noexcept {
    return to_;
  }
  /// Since when the drain is out of time; nothing where none runs.
  std::optional<time_point> deadline() const noexcept {
    return deadline_;
  }
  /// The broker answered a commit of this partition, of that generation and
  /// offset: whether it is the one that is waited for.
  bool is_answer(cafka::generation g, offset_t offset) const noexcept;

private:
  void transition_to(state x) noexcept;

  state state_ = state::asking;
  cafka::generation generation_;
  offset_t to_ = -1;
  std::optional<time_point> deadline_; // while draining
};

} // namespace cafka::core
