#pragma once

#include "core/flow_window.hpp"
#include "core/range_set.hpp"

#include <cafka/record.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace cafka::core {

/// One block handed to a worker's handler. Shared by the log and the
/// partition's strand.
struct delivery {
  explicit delivery(std::shared_ptr<const record_block> x)
    : block(std::move(x)), calls_(std::make_shared<call_counts>()) {
  }
  /// What is left of `origin`, in a block of its own. The two share their
  /// calls, so that one that begins with one of them counts for the other.
  delivery(std::shared_ptr<const record_block> rest, const delivery& origin)
    : block(std::move(rest)), calls_(origin.calls_) {
  }
  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;

  /// True when one is what is left of the other, or they are the same.
  bool same_origin(const delivery& x) const noexcept {
    return calls_ == x.calls_;
  }

  const std::shared_ptr<const record_block> block;

  // -- for who calls handlers, one at a time

  /// A call begins with the records at these indices of the block; empty: with
  /// all of them.
  void begin_call(const std::vector<std::uint32_t>& indices);
  /// The most calls that were begun with one of these.
  std::uint32_t calls(const std::vector<std::uint32_t>& indices) const noexcept;

private:
  struct call_counts {
    /// With all that was left from this offset on, which is nearly always so.
    std::map<offset_t, std::uint32_t> from;
    /// With other parts of the records, by offset.
    std::map<offset_t, std::uint32_t> of_some;

    std::uint32_t up_to(offset_t x) const noexcept;
  };

  bool goes_to_end(const std::vector<std::uint32_t>& indices) const noexcept;

  std::shared_ptr<call_counts> calls_;
};
using delivery_ptr = std::shared_ptr<delivery>;

/// What a successor delivers first: some records of one delivery.
struct redelivery {
  delivery_ptr from;
  /// Indices in the block, rising; empty means all.
  std::vector<std::uint32_t> indices;
  /// Failed calls that were put down to them, by offset; those without stand
  /// not here.
  std::vector<std::pair<offset_t, std::uint32_t>> failures = {};
};

/// The retained records of one partition: delivered, not acked, kept for a
/// successor. Bounded by the flow window; a delivery of which little is left
/// is copied out, so that a straggler does not pin its whole block.
class delivery_log {
public:
  /// The block must hold a record, and begin behind all that is retained.
  void add(delivery_ptr x);

  /// Records became acked: they leave the log. Returns what that frees in the
  /// window; records that `drop` freed before count nothing.
  volume release(std::span<const offset_range> acked);

  /// The handler continued without an ack: what is left of this delivery
  /// leaves the log and can no longer be redelivered from here. Returns what
  /// that frees. `x` is the delivery that was added or redelivered; one that
  /// has nothing retained any more frees nothing.
  volume drop(const delivery_ptr& x);

  /// The same of its records in `x` alone.
  volume drop(offset_range x);

  /// Forgets everything.
  void clear() noexcept;

  /// True when records that are not acked were dropped: only a seek to the
  /// watermark brings them back.
  bool has_dropped() const noexcept {
    return has_dropped_;
  }

  /// The first retained records above `after`, of one delivery, without what is
  /// released. Some of a delivery may have come again: the rest of it then.
  std::optional<redelivery> next_redelivery(offset_t after) const;
  /// The same without the records of `except`.
  std::optional<redelivery> next_redelivery(offset_t after,
                                            const range_set& except) const;

  /// One retained record; null: it is not.
  std::optional<redelivery> find(offset_t x) const;

  /// All of them, in the order of offsets.
  std::vector<redelivery> redeliveries() const;

  /// What is retained, for the window of a successor.
  volume retained() const noexcept {
    return retained_;
  }
  /// Bytes of all blocks that the log keeps alive, at most four times the
  /// retained bytes.
  std::size_t pinned_bytes() const noexcept;

private:
  // Never empty: it goes when its last record does.
  struct slot {
    delivery_ptr item;
    range_set released; // by offset, of `item`
    volume left;        // records of `item` that are not released

    bool holds(std::size_t i) const noexcept {
      return !released.contains(item->block->offset_at(i));
    }
  };

  static redelivery rest_of(const slot& x, offset_t after);
  volume release(offset_range acked);
  static volume release(slot& x, offset_range acked);
  static void compact(slot& x);

  // By the first offset of the delivery that was added: what is left of it
  // begins there or later, and always before the next slot.
  std::map<offset_t, slot> slots_;
  volume retained_;
  bool has_dropped_ = false;
};

} // namespace cafka::core
