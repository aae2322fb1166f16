#include <cafka/record.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafka {

// -- record -------------------------------------------------------------------

offset_t record::offset() const noexcept {
  return block_->entries_[index_].offset;
}

std::string record::id() const {
  return topic() + "-" + std::to_string(partition()) + "@"
         + std::to_string(offset());
}

optional_bytes record::key() const noexcept {
  return block_->key_at(index_);
}

optional_bytes record::value() const noexcept {
  return block_->value_at(index_);
}

std::optional<std::chrono::milliseconds> record::timestamp() const noexcept {
  auto ms = block_->entries_[index_].timestamp_ms;
  if (ms < 0)
    return std::nullopt;
  return std::chrono::milliseconds{ms};
}

timestamp_type record::timestamp_kind() const noexcept {
  return block_->entries_[index_].timestamp_kind;
}

std::size_t record::header_count() const noexcept {
  return block_->headers_end(index_) - block_->entries_[index_].headers_begin;
}

header record::header_at(std::size_t i) const noexcept {
  assert(i < header_count());
  auto first = block_->entries_[index_].headers_begin;
  return block_->view(block_->headers_[first + i]);
}

std::size_t record::size_bytes() const noexcept {
  return block_->size_bytes_at(index_);
}

owned_record record::keep() const {
  record_block::builder copy;
  copy.reserve(1, size_bytes());
  copy.add_copy(*block_, index_);
  return {copy.finish(), delivery_count_, *identity_, failure_count_};
}

// -- record_block -------------------------------------------------------------

std::size_t record_block::lower_bound(offset_t offset) const noexcept {
  auto i = std::ranges::lower_bound(entries_, offset, {}, &entry::offset);
  return static_cast<std::size_t>(i - entries_.begin());
}

optional_bytes record_block::view(std::size_t begin,
                                  length size) const noexcept {
  if (size == null_length)
    return std::nullopt;
  // Empty is not null: its pointer is valid too, for callers that hand it on.
  if (size == 0)
    return std::string_view{""};
  return std::string_view{bytes_.data() + begin, size};
}

optional_bytes record_block::key_at(std::size_t i) const noexcept {
  auto& x = entries_[i];
  return view(x.begin, x.key);
}

optional_bytes record_block::value_at(std::size_t i) const noexcept {
  auto& x = entries_[i];
  return view(x.begin + bytes_in(x.key), x.value);
}

header record_block::view(const header_entry& x) const noexcept {
  return {*view(x.begin, x.name), view(x.begin + x.name, x.value)};
}

std::size_t record_block::headers_end(std::size_t i) const noexcept {
  return i + 1 < entries_.size() ? entries_[i + 1].headers_begin
                                 : headers_.size();
}

// -- record_block::builder ----------------------------------------------------

record_block::builder::builder() : block_(std::make_shared<record_block>()) {
}

void record_block::builder::reserve(std::size_t records, std::size_t bytes) {
  block_->entries_.reserve(records);
  block_->bytes_.reserve(bytes);
}

record_block::builder&
record_block::builder::add(offset_t offset, optional_bytes key,
                           optional_bytes value, std::int64_t timestamp_ms,
                           timestamp_type kind) {
  assert(block_->empty() || block_->entries_.back().offset < offset);
  entry x;
  x.offset = offset;
  x.begin = block_->bytes_.size();
  x.key = store(key);
  x.value = store(value);
  x.headers_begin = static_cast<std::uint32_t>(block_->headers_.size());
  if (timestamp_ms >= 0) {
    x.timestamp_ms = timestamp_ms;
    x.timestamp_kind = kind;
  }
  block_->entries_.push_back(x);
  return *this;
}

record_block::builder& record_block::builder::add_header(std::string_view name,
                                                         optional_bytes value) {
  assert(!block_->empty());
  header_entry x;
  x.begin = block_->bytes_.size();
  x.name = store(name);
  x.value = store(value);
  block_->headers_.push_back(x);
  return *this;
}

record_block::builder& record_block::builder::add_copy(const record_block& from,
                                                       std::size_t index) {
  auto& x = from.entries_[index];
  add(x.offset, from.key_at(index), from.value_at(index), x.timestamp_ms,
      x.timestamp_kind);
  for (auto i = x.headers_begin; i < from.headers_end(index); ++i) {
    auto header = from.view(from.headers_[i]);
    add_header(header.name, header.value);
  }
  return *this;
}

std::shared_ptr<const record_block> record_block::builder::finish() {
  return std::exchange(block_, std::make_shared<record_block>());
}

record_block::length record_block::builder::store(optional_bytes x) {
  if (!x)
    return null_length;
  assert(x->size() < null_length);
  auto& bytes = block_->bytes_;
  bytes.insert(bytes.end(), x->begin(), x->end());
  return static_cast<length>(x->size());
}

} // namespace cafka
