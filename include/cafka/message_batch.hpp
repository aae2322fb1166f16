#pragma once

#include <cafka/record.hpp>
#include <cafka/types.hpp>

#include <atomic>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka {

/// What a handler may know of its partition, fixed for one generation.
struct partition_identity {
  std::string group;
  std::string topic;
  partition_t partition = 0;
  cafka::generation generation;
};

/// Set by the runtime when a partition is about to be given back, read by the
/// handler. Shared; any thread.
class revocation_notice {
public:
  void announce(time_point deadline) noexcept {
    deadline_ns_.store(deadline.time_since_epoch().count(),
                       std::memory_order_release);
  }
  std::optional<time_point> deadline() const noexcept {
    auto x = deadline_ns_.load(std::memory_order_acquire);
    if (x == none)
      return std::nullopt;
    return time_point{duration{x}};
  }

private:
  static constexpr duration::rep none = duration::rep{-1};
  std::atomic<duration::rep> deadline_ns_{none};
};

/// The records of one handler call, in rising offsets, never empty. Lives as
/// long as the call; so do its records. The thread of the call may use it.
class message_batch {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = record;
    using difference_type = std::ptrdiff_t;
    using pointer = const record*;
    using reference = record;
    iterator(const message_batch& batch, std::size_t i)
      : batch_(&batch), i_(i) {
    }
    record operator*() const {
      return (*batch_)[i_];
    }
    iterator& operator++() {
      ++i_;
      return *this;
    }
    friend bool operator==(const iterator& a, const iterator& b) {
      return a.i_ == b.i_;
    }

  private:
    const message_batch* batch_;
    std::size_t i_;
  };

  /// `indices` picks records of `block`; empty means all of them.
  message_batch(std::shared_ptr<const partition_identity> identity,
                std::shared_ptr<const revocation_notice> notice,
                std::shared_ptr<const record_block> block,
                std::vector<std::uint32_t> indices,
                std::uint32_t delivery_count)
    : identity_(std::move(identity)),
      notice_(std::move(notice)),
      block_(std::move(block)),
      indices_(std::move(indices)),
      delivery_count_(delivery_count) {
  }

  const std::string& group() const noexcept {
    return identity_->group;
  }
  const std::string& topic() const noexcept {
    return identity_->topic;
  }
  partition_t partition() const noexcept {
    return identity_->partition;
  }
  cafka::generation generation() const noexcept {
    return identity_->generation;
  }
  /// True once the partition is being given back; the call may still finish and
  /// its answer counts until `revoke_deadline`. May change during the call.
  bool revoked() const noexcept {
    return notice_->deadline().has_value();
  }
  std::optional<time_point> revoke_deadline() const noexcept {
    return notice_->deadline();
  }

  std::size_t size() const noexcept {
    return indices_.empty() ? block_->size() : indices_.size();
  }
  record operator[](std::size_t i) const noexcept {
    return {*block_, indices_.empty() ? i : indices_[i], delivery_count_};
  }
  offset_t first_offset() const noexcept {
    return (*this)[0].offset();
  }
  offset_t last_offset() const noexcept {
    return (*this)[size() - 1].offset();
  }
  iterator begin() const {
    return {*this, 0};
  }
  iterator end() const {
    return {*this, size()};
  }

private:
  std::shared_ptr<const partition_identity> identity_;
  std::shared_ptr<const revocation_notice> notice_;
  std::shared_ptr<const record_block> block_;
  std::vector<std::uint32_t> indices_;
  std::uint32_t delivery_count_;
};

} // namespace cafka
