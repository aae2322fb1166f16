#pragma once

#include "core/partition.hpp"

#include <cafka/failure_step.hpp>
#include <cafka/operation_result.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <utility>

namespace cafka::core {

/// What operators order of a partition: its worker is to begin anew, or a
/// record that fails is to be got past. `of` must outlive this.
class partition_orders {
public:
  explicit partition_orders(partition& of) noexcept : of_(of) {
  }

  /// All of its restarts and retries are there again. Where a worker lives, the
  /// caller ends it as by `begin_again`; else the effect says what is to be
  /// done. But for `done` nothing changed.
  std::pair<operation_result, failure_effect> restart(time_point now);

  /// Why the record cannot be got past by this step; `done`: it can. To be
  /// asked while no call runs.
  operation_result refusal(offset_t x, failure_step step) const;
  /// The same, and it is done where it can: at once, or by the dead letter's
  /// report.
  std::pair<operation_result, failure_effect>
  dispose(offset_t x, failure_step step, time_point now);

  /// The record that fails, or else the lowest one that is delivered and not
  /// acked, alone; nothing: it is not held in memory.
  std::optional<redelivery> stands_at() const;

private:
  void renew_budget();
  bool stopped_for(offset_t x) const;
  void skip(failure_effect& to, offset_t x, time_point now);
  void order_letter(failure_effect& to, offset_t x, time_point now);

  partition& of_;
};

} // namespace cafka::core
