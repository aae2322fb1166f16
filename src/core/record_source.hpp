#pragma once

#include "core/flow_window.hpp"
#include "core/range_set.hpp"

#include <cafka/record.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace cafka::core {

/// What one drain of a partition's queue gave.
struct fetched {
  /// Null when there was nothing to deliver.
  std::shared_ptr<const record_block> block;
  /// Where the source goes on: behind the last record taken, skipped ones
  /// included.
  std::optional<offset_t> next;
  /// The first offset that this source ever saw, its end included: what a
  /// logical begin (earliest, latest) was resolved to.
  std::optional<offset_t> resolved_begin;
  /// More may be waiting: drain again when there is room.
  bool more = false;
  /// The position is out of the broker's range; nothing comes until a reset.
  bool out_of_range = false;
  /// Any other failure of the partition, in the client's words; empty: none.
  std::string error;
};

/// Where a worker reads its partition from. Any thread may call; calls are
/// serialised inside. Outlives the client: once closed it is empty for ever.
class record_source {
public:
  virtual ~record_source() = default;

  /// Takes records in rising offsets while `room` is open and fewer than
  /// `records_max` are taken; records in `skip` or below `from` are passed
  /// over. Never blocks. If it throws, nothing was taken.
  virtual fetched drain(std::size_t records_max, flow_window room,
                        const range_set& skip, offset_t from)
    = 0;

  /// Calls `wake` (which must only post) whenever the source turns non-empty;
  /// an empty function detaches. After it returns the former one is never
  /// called again. Drain once after attaching.
  virtual void on_ready(std::function<void()> wake) = 0;

  /// Where it goes on: behind the last record or end that a drain gave, else
  /// where it was last moved to (negative: logical).
  virtual offset_t position() const = 0;

  /// The readable end as last heard from the broker; nothing before that.
  virtual std::optional<offset_t> readable_end() const = 0;

  /// True once everything up to the end was drained.
  virtual bool at_end() const = 0;

  /// The leader's epoch in which the last record that a drain gave was fetched;
  /// -1: not known.
  virtual std::int32_t leader_epoch() const {
    return -1;
  }

  /// Records that were fetched and not drained; nothing: it does not know.
  virtual std::optional<std::size_t> queued() const {
    return std::nullopt;
  }

  /// Their bytes, as they were when somebody counted last.
  virtual std::optional<std::size_t> queued_bytes() const {
    return std::nullopt;
  }
};
using record_source_ptr = std::shared_ptr<record_source>;

} // namespace cafka::core
