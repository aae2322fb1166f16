#pragma once

#include "core/range_set.hpp"

#include <cafka/ack_result.hpp>
#include <cafka/types.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace cafka::core {

/// Outcome of one ack. Unless `result` is `accepted`, nothing changed.
struct ack_outcome {
  ack_result result = ack_result::accepted;
  /// Delivered records that became acked by this ack, in rising order and
  /// without the holes between them: the lengths add up to their number.
  std::vector<offset_range> newly_acked;
};

/// What was delivered and acked in one generation of one partition.
///
/// Invariants: watermark() <= position(); watermark() never falls; no pending
/// offset is below watermark(); individually acked ranges lie above watermark()
/// and may outlast `rewind`.
class offset_tracker {
public:
  /// Nothing delivered; the first record is expected at or above `begin`.
  explicit offset_tracker(offset_t begin)
    : watermark_(begin), position_(begin) {
  }

  /// These are acked already, says the last commit: they do not come. Before
  /// everything else.
  void adopt(const range_set& acked);

  /// A batch was handed to a handler: its offsets as runs in rising order, all
  /// at or above position(), and the position behind it. `runs` may be empty
  /// when only records that are acked already were passed over.
  void delivered(std::span<const offset_range> runs, offset_t next);

  /// Cumulative: every delivered record up to `offset` is processed. An offset
  /// in a hole counts for the records below it. Refused: negative, below the
  /// watermark, at or above position().
  ack_outcome ack(offset_t offset) {
    return ack(offset, {});
  }
  /// The same of all records but those of `except`. Nothing else to ack:
  /// `withheld`.
  ack_outcome ack(offset_t offset, const range_set& except);

  /// Those records of `x` that are pending, but for those of `except`. There is
  /// none: `already_acked`.
  ack_outcome ack_pending(offset_range x, const range_set& except);

  /// Just these records, in any order. One refused offset refuses all of them.
  /// Already acked ones at or above the watermark are no refusal.
  ack_outcome ack_individual(std::span<const offset_t> offsets);

  /// Forgets what is delivered and not acked: delivery begins again at the
  /// watermark. Individual acks above it stay, so that they do not come again.
  void rewind();

  /// The lowest delivered offset that is not acked, else position(); what may
  /// be committed. Never one that is acked.
  offset_t watermark() const noexcept {
    return watermark_;
  }
  /// Next offset to deliver.
  offset_t position() const noexcept {
    return position_;
  }
  /// Delivered and not acked, at least one.
  bool has_pending() const noexcept {
    return !pending_.empty();
  }
  const range_set& pending() const noexcept {
    return pending_;
  }
  /// Individually acked at or above the watermark.
  const range_set& acked_above() const noexcept {
    return acked_;
  }
  /// Separate ranges of individual acks, the measure of `ack-ranges-max`:
  /// beyond as many as were adopted.
  std::size_t ack_range_count() const noexcept {
    auto ranges = acked_.range_count();
    return ranges - std::min(ranges, adopted_.range_count());
  }

  /// Why an individual ack of these is refused, the first in the order
  /// negative, beyond, below, not delivered.
  std::optional<ack_result>
  check_individual(std::span<const offset_t> offsets) const;

private:
  ack_outcome acked_out_of_order(std::vector<offset_range> xs);
  /// Moves the watermark and forgets the individual acks that it passed.
  void raise_watermark();

  offset_t watermark_;
  offset_t position_;
  range_set pending_;
  range_set acked_;
  range_set adopted_; // of `acked_`, at first
};

} // namespace cafka::core
