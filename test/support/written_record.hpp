#pragma once

#include <cafka/output.hpp>
#include <cafka/record.hpp>

#include <cstdint>
#include <memory>

namespace cafka::test {

inline optional_bytes bytes_of(const std::optional<std::string>& x) {
  return x ? optional_bytes{*x} : std::nullopt;
}

/// What a consumer of `x.topic` gets when `x` was written.
inline owned_record written(const output& x, offset_t offset,
                            std::int64_t timestamp_ms = -1,
                            timestamp_type kind = timestamp_type::none) {
  record_block::builder block;
  block.add(offset, bytes_of(x.key), bytes_of(x.value), timestamp_ms, kind);
  for (auto& h : x.headers)
    block.add_header(h.name, bytes_of(h.value));
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{"g", x.topic, x.partition.value_or(0), generation{1}});
  return {block.finish(), 1, std::move(identity)};
}

} // namespace cafka::test
