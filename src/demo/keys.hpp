#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cafka::demo {

struct line_key {
  std::string_view text;   ///< a part of the line
  bool whole_line = false; ///< it had no field that could be the key
};

/// Which part of a line names its subject. Fields are divided by white space.
class key_rule {
public:
  /// dpkg's log: the first field of the form `package:architecture`, else the
  /// third field, else the whole line.
  key_rule() = default;
  /// The field of this number, counted from 1, else the whole line.
  explicit key_rule(std::size_t field) : field_(field) {
  }
  line_key key_of(std::string_view line) const noexcept;

private:
  std::optional<std::size_t> field_;
};

/// The partition of a key as Kafka's Java client chooses it (murmur2), so that
/// other producers of the topic agree. Chosen here and not by the client,
/// because the producer has to know it to hold back in time.
partition_t partition_of(std::string_view key, std::size_t partitions) noexcept;

/// 64 bits that stand for these bytes in the books: equal bytes give equal
/// ones, and others differ but for one pair in 2^64.
std::uint64_t fingerprint(std::string_view bytes) noexcept;

/// Fingerprint of a sequence, from that of its beginning and the next element.
std::uint64_t chain(std::uint64_t before, std::uint64_t next) noexcept;

} // namespace cafka::demo
