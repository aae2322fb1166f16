#pragma once

#include <cafka/partition_identity.hpp>
#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cafka {

/// Set by the runtime when a partition is about to be given back, or its worker
/// has ended; read by the handler. Shared; any thread.
class revocation_notice {
public:
  /// Called with the deadline.
  using listener = std::function<void(time_point)>;

  /// From now on the partition is being given back, at `deadline` at the
  /// latest. Tells the listeners, also when that comes nearer later; what is
  /// not nearer has no effect.
  void announce(time_point deadline) {
    std::vector<listener> told;
    {
      std::lock_guard lock{mutex_};
      if (deadline >= this->deadline().value_or(time_point::max()))
        return;
      deadline_ns_.store(deadline.time_since_epoch().count(),
                         std::memory_order_release);
      told = listeners_;
    }
    for (auto& f : told)
      f(deadline);
  }
  /// When the partition is given back at the latest; nothing before `announce`.
  std::optional<time_point> deadline() const noexcept {
    auto x = deadline_ns_.load(std::memory_order_acquire);
    if (x == none)
      return std::nullopt;
    return time_point{duration{x}};
  }
  /// Calls `f` by each `announce` that has an effect, and at once where one was
  /// before.
  void on_announce(const listener& f) const {
    {
      std::lock_guard lock{mutex_};
      listeners_.push_back(f);
      if (!deadline())
        return;
    }
    f(*deadline());
  }

private:
  static constexpr duration::rep none = duration::rep{-1};
  std::atomic<duration::rep> deadline_ns_{none};
  mutable std::mutex mutex_; // guards writes of it, and what follows
  mutable std::vector<listener> listeners_;
};

/// The records of one handler call, in rising offsets, never empty: a
/// `std::ranges::forward_range`. It and its records are valid during the call,
/// and may be read by any thread until that call returns.
class message_batch {
public:
  /// Goes over the records. Those that it gives are views and no references.
  class iterator {
  public:
    /// Its elements are no references, which C++17 asks of a forward iterator.
    using iterator_category = std::input_iterator_tag;
    /// Any number of passes.
    using iterator_concept = std::forward_iterator_tag;
    using value_type = record;              ///< a view
    using difference_type = std::ptrdiff_t; ///< between positions
    using pointer = void;                   ///< there is none
    using reference = record;               ///< a view, too

    /// To be assigned to.
    iterator() = default;
    /// At the record `i` of `batch`, which must outlive it.
    iterator(const message_batch& batch, std::size_t i)
      : batch_(&batch), i_(i) {
    }
    /// The record that it stands at.
    record operator*() const {
      return (*batch_)[i_];
    }
    /// Goes on to the next record.
    iterator& operator++() {
      ++i_;
      return *this;
    }
    /// Goes on to the next record, and gives where it stood.
    iterator operator++(int) {
      auto before = *this;
      ++i_;
      return before;
    }
    /// Whether two of one batch stand at the same record.
    friend bool operator==(const iterator& a, const iterator& b) {
      return a.i_ == b.i_;
    }

  private:
    const message_batch* batch_ = nullptr;
    std::size_t i_ = 0;
  };

  /// `indices` picks records of `block`; empty means all of them. `failures`:
  /// of each record that has some, by offset.
  message_batch(std::shared_ptr<const partition_identity> identity,
                std::shared_ptr<const revocation_notice> notice,
                std::shared_ptr<const record_block> block,
                std::vector<std::uint32_t> indices,
                std::uint32_t delivery_count,
                std::vector<std::pair<offset_t, std::uint32_t>> failures = {})
    : identity_(std::move(identity)),
      notice_(std::move(notice)),
      block_(std::move(block)),
      indices_(std::move(indices)),
      delivery_count_(delivery_count),
      failures_(std::move(failures)) {
  }

  /// The Kafka consumer group id.
  const std::string& group() const noexcept {
    return identity_->group;
  }
  /// The topic of all its records.
  const std::string& topic() const noexcept {
    return identity_->topic;
  }
  /// The partition of all its records.
  partition_t partition() const noexcept {
    return identity_->partition;
  }
  /// The generation of the partition; acks must name it.
  cafka::generation generation() const noexcept {
    return identity_->generation;
  }
  /// True once the partition is being given back; the call may still finish and
  /// its answer counts until `revoke_deadline`. Also true once the worker has
  /// ended: then that is past, and no answer counts any more. May change during
  /// the call.
  bool revoked() const noexcept {
    return notice_->deadline().has_value();
  }
  /// Until when the answer counts; nothing while the partition stays here. It
  /// may come nearer.
  std::optional<time_point> revoke_deadline() const noexcept {
    return notice_->deadline();
  }
  /// Calls `f` with `revoke_deadline` as soon as the partition is being given
  /// back, also when no call runs; at once where it is already; and again
  /// whenever that comes nearer: a rebalance within a stop may have less time,
  /// and a worker that ends, or loses its partition, has none. For a handler
  /// that waits for something, or that has records which it answered with
  /// `no_ack`. On threads of the runtime's or on the caller's, maybe at the
  /// same time: it must be quick, may not throw, and may come when the handler
  /// is gone. `f` and all that it owns are kept for as long as the partition's
  /// worker runs.
  void on_revoked(const std::function<void(time_point)>& f) const {
    notice_->on_announce(f);
  }

  /// How many records it has, at least one.
  std::size_t size() const noexcept {
    return indices_.empty() ? block_->size() : indices_.size();
  }
  /// The record at `i`, below `size`.
  record operator[](std::size_t i) const noexcept {
    auto index = indices_.empty() ? i : indices_[i];
    return {*block_, index, delivery_count_, identity_, failures_of(index)};
  }
  /// The offset of its first record.
  offset_t first_offset() const noexcept {
    return (*this)[0].offset();
  }
  /// The offset of its last record. Between the two may be holes.
  offset_t last_offset() const noexcept {
    return (*this)[size() - 1].offset();
  }
  /// At the first record.
  iterator begin() const {
    return {*this, 0};
  }
  /// Behind the last record.
  iterator end() const {
    return {*this, size()};
  }

private:
  std::uint32_t failures_of(std::size_t index) const noexcept {
    for (auto& [offset, count] : failures_) // hardly ever any
      if (offset == block_->offset_at(index))
        return count;
    return 0;
  }

  std::shared_ptr<const partition_identity> identity_;
  std::shared_ptr<const revocation_notice> notice_;
  std::shared_ptr<const record_block> block_;
  std::vector<std::uint32_t> indices_;
  std::uint32_t delivery_count_;
  std::vector<std::pair<offset_t, std::uint32_t>> failures_;
};

} // namespace cafka
