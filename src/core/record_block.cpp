#include <cafka/record.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace cafka {

// -- record -------------------------------------------------------------------

offset_t record::offset() const noexcept {
  return block_->entries_[index_].offset;
}

optional_bytes record::key() const noexcept {
  return block_->view(block_->entries_[index_].key);
}

optional_bytes record::value() const noexcept {
  return block_->view(block_->entries_[index_].value);
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
  return block_->entries_[index_].headers_count;
}

header record::header_at(std::size_t i) const noexcept {
  assert(i < header_count());
  auto& x = block_->headers_[block_->entries_[index_].headers_begin + i];
  return {*block_->view(x.name), block_->view(x.value)};
}

std::size_t record::size_bytes() const noexcept {
  return block_->size_bytes_at(index_);
}

owned_record record::keep() const {
  record_block::builder copy;
  copy.reserve(1, size_bytes());
  copy.add_copy(*block_, index_);
  return {copy.finish(), delivery_count_};
}

// -- record_block -------------------------------------------------------------

std::size_t record_block::lower_bound(offset_t offset) const noexcept {
  auto i = std::ranges::lower_bound(entries_, offset, {}, &entry::offset);
  return static_cast<std::size_t>(i - entries_.begin());
}

optional_bytes record_block::view(slice x) const noexcept {
  if (x.length == slice::null_length)
    return std::nullopt;
  // Empty is not null: its pointer is valid too, for callers that hand it on.
  if (x.length == 0)
    return std::string_view{""};
  return std::string_view{bytes_.data() + x.begin, x.length};
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
  auto bytes_before = block_->bytes_.size();
  entry x;
  x.offset = offset;
  x.key = store(key);
  x.value = store(value);
  x.headers_begin = block_->headers_.size();
  x.size_bytes = block_->bytes_.size() - bytes_before;
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
  auto bytes_before = block_->bytes_.size();
  header_entry x;
  x.name = store(name);
  x.value = store(value);
  block_->headers_.push_back(x);
  auto& owner = block_->entries_.back();
  ++owner.headers_count;
  owner.size_bytes += block_->bytes_.size() - bytes_before;
  return *this;
}

record_block::builder& record_block::builder::add_copy(const record_block& from,
                                                       std::size_t index) {
  auto& x = from.entries_[index];
  add(x.offset, from.view(x.key), from.view(x.value), x.timestamp_ms,
      x.timestamp_kind);
  for (std::size_t i = 0; i < x.headers_count; ++i) {
    auto& header = from.headers_[x.headers_begin + i];
    add_header(*from.view(header.name), from.view(header.value));
  }
  return *this;
}

std::shared_ptr<const record_block> record_block::builder::finish() {
  return std::exchange(block_, std::make_shared<record_block>());
}

record_block::slice record_block::builder::store(optional_bytes x) {
  if (!x)
    return {};
  auto& bytes = block_->bytes_;
  slice result{bytes.size(), x->size()};
  bytes.insert(bytes.end(), x->begin(), x->end());
  return result;
}

} // namespace cafka
