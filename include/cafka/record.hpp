#pragma once

#include <cafka/partition_identity.hpp>
#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cafka {

/// Bytes of a key, a value or a header's value; no value stands for Kafka's
/// null, which differs from empty.
using optional_bytes = std::optional<std::string_view>;

/// Where a record's timestamp comes from (Kafka's message.timestamp.type).
enum class timestamp_type : std::uint8_t {
  none,            ///< the record has no timestamp
  create_time,     ///< set by the producer
  log_append_time, ///< set by the broker
};

/// One header of a record. The views live as long as the record's block.
struct header {
  std::string_view name; ///< may be empty, and may repeat
  optional_bytes value;  ///< without one it is Kafka's null
};

class owned_record;
class record_block;

/// A view of one record, to be copied at will. It owns nothing: it belongs to
/// its batch, is valid during the handler call, and may be read by any thread
/// until that call returns. `keep` copies the record out for longer.
class record {
public:
  /// `index` counts within `block`, `delivery_count` from 1, `failure_count`
  /// from 0. All that is referred to must outlive the view.
  record(const record_block& block, std::size_t index,
         std::uint32_t delivery_count,
         const std::shared_ptr<const partition_identity>& identity,
         std::uint32_t failure_count = 0) noexcept
    : block_(&block),
      identity_(&identity),
      index_(index),
      delivery_count_(delivery_count),
      failure_count_(failure_count) {
  }

  /// The topic that it was read from.
  const std::string& topic() const noexcept {
    return (*identity_)->topic;
  }
  /// The partition that it was read from.
  partition_t partition() const noexcept {
    return (*identity_)->partition;
  }
  /// The generation of the partition that it was delivered in.
  cafka::generation generation() const noexcept {
    return (*identity_)->generation;
  }
  /// The position in its partition.
  offset_t offset() const noexcept;
  /// `topic-partition@offset`, for sinks that must not take a record twice: a
  /// record that comes again has this text again, whoever reads it. No other
  /// record of the cluster has it, unless the topic is deleted and made anew.
  std::string id() const;

  /// Nothing where the producer gave null.
  optional_bytes key() const noexcept;
  /// Nothing where the producer gave null, as in a tombstone.
  optional_bytes value() const noexcept;

  /// Since the Unix epoch; nothing where the record has none.
  std::optional<std::chrono::milliseconds> timestamp() const noexcept;
  /// Whose clock the timestamp is from.
  timestamp_type timestamp_kind() const noexcept;

  /// How many headers it has, repeated names included.
  std::size_t header_count() const noexcept;
  /// The header at `i`, below `header_count`, in the order of the wire.
  header header_at(std::size_t i) const noexcept;

  /// How often the record was handed to a handler in this generation, this time
  /// included. 1 at the first delivery.
  std::uint32_t delivery_count() const noexcept {
    return delivery_count_;
  }

  /// How many failed calls in this generation were put down to this record.
  std::uint32_t failure_count() const noexcept {
    return failure_count_;
  }

  /// Bytes that this record counts for in a window: key, value and headers.
  std::size_t size_bytes() const noexcept;

  /// Copies the record out of its batch, in a few small allocations.
  owned_record keep() const;

private:
  const record_block* block_;
  const std::shared_ptr<const partition_identity>* identity_;
  std::size_t index_;
  std::uint32_t delivery_count_;
  std::uint32_t failure_count_;
};

/// Records of one partition in rising offsets, with all their bytes in one
/// buffer. Immutable once built and shared by those who still need it: the
/// running handler call, and the manager while a record in it is not acked.
class record_block {
public:
  class builder;

  record_block() = default;
  record_block(const record_block&) = delete;
  record_block& operator=(const record_block&) = delete;

  /// How many records it has.
  std::size_t size() const noexcept {
    return entries_.size();
  }
  /// True where it has no record.
  bool empty() const noexcept {
    return entries_.empty();
  }
  /// The offset of the record at `i`.
  offset_t offset_at(std::size_t i) const noexcept {
    return entries_[i].offset;
  }
  /// Bytes of the key, the value and the headers of the record at `i`.
  std::size_t size_bytes_at(std::size_t i) const noexcept {
    auto end = i + 1 < entries_.size() ? entries_[i + 1].begin : bytes_.size();
    return end - entries_[i].begin;
  }
  /// Sum of the records' `size_bytes`.
  std::size_t size_bytes() const noexcept {
    return bytes_.size();
  }
  /// Index of the first record at or above `offset`; `size()` if there is none.
  std::size_t lower_bound(offset_t offset) const noexcept;

private:
  friend class record;

  // Of one part of a record; Kafka's are below 2 GB. The last one stands for
  // its null.
  using length = std::uint32_t;
  static constexpr length null_length = static_cast<length>(-1);

  // A record's key, value and headers (name, value) lie behind each other in
  // `bytes_`, and those of the next record behind them.
  struct header_entry {
    std::size_t begin = 0;
    length name = 0;
    length value = null_length;
  };
  struct entry {
    offset_t offset = 0;
    std::int64_t timestamp_ms = -1; // below 0: none
    std::size_t begin = 0;
    length key = null_length;
    length value = null_length;
    std::uint32_t headers_begin = 0;
    timestamp_type timestamp_kind = timestamp_type::none;
  };

  static std::size_t bytes_in(length x) noexcept {
    return x == null_length ? 0 : x;
  }
  optional_bytes view(std::size_t begin, length size) const noexcept;
  optional_bytes key_at(std::size_t i) const noexcept;
  optional_bytes value_at(std::size_t i) const noexcept;
  header view(const header_entry& x) const noexcept;
  std::size_t headers_end(std::size_t i) const noexcept;

  std::vector<entry> entries_;
  std::vector<header_entry> headers_;
  std::vector<char> bytes_;
};

/// Fills a block record by record. `reserve` makes the fill one allocation each
/// for entries and bytes.
class record_block::builder {
public:
  /// Begins an empty block.
  builder();
  /// Makes room for so many records with so many bytes in all.
  void reserve(std::size_t records, std::size_t bytes);
  /// `offset` must rise from call to call. A `timestamp_ms` below 0 stands for
  /// none.
  builder& add(offset_t offset, optional_bytes key, optional_bytes value,
               std::int64_t timestamp_ms = -1,
               timestamp_type kind = timestamp_type::none);
  /// Adds a header to the record added last.
  builder& add_header(std::string_view name, optional_bytes value);
  /// Copies record `index` of `from`, with its headers.
  builder& add_copy(const record_block& from, std::size_t index);
  /// Records so far.
  std::size_t size() const noexcept {
    return block_->size();
  }
  /// Bytes so far.
  std::size_t size_bytes() const noexcept {
    return block_->size_bytes();
  }
  /// The finished block; the builder is empty afterwards.
  std::shared_ptr<const record_block> finish();

private:
  length store(optional_bytes x);

  std::shared_ptr<record_block> block_;
};

/// A record with bytes and an origin of its own, for as long as it is kept.
/// Copies share them. Any thread may read it.
class owned_record {
public:
  /// `block` holds this one record.
  owned_record(std::shared_ptr<const record_block> block,
               std::uint32_t delivery_count,
               std::shared_ptr<const partition_identity> identity,
               std::uint32_t failure_count = 0)
    : content_(std::make_shared<const content>(
      content{std::move(block), std::move(identity)})),
      delivery_count_(delivery_count),
      failure_count_(failure_count) {
  }
  /// A view that lives as long as this object or a copy of it.
  record view() const noexcept {
    return {*content_->block, 0, delivery_count_, content_->identity,
            failure_count_};
  }
  /// As `record::topic`.
  const std::string& topic() const noexcept {
    return content_->identity->topic;
  }
  /// As `record::partition`.
  partition_t partition() const noexcept {
    return content_->identity->partition;
  }
  /// As `record::offset`.
  offset_t offset() const noexcept {
    return content_->block->offset_at(0);
  }
  /// As `record::id`.
  std::string id() const {
    return view().id();
  }

private:
  struct content {
    std::shared_ptr<const record_block> block;
    std::shared_ptr<const partition_identity> identity;
  };

  std::shared_ptr<const content> content_;
  std::uint32_t delivery_count_;
  std::uint32_t failure_count_;
};

} // namespace cafka
