#pragma once

#include "demo/input.hpp"
#include "demo/keys.hpp"

#include <caf/expected.hpp>

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace cafka::demo {

/// What the demo has to know before it starts: the failures are planned by
/// record count.
struct scan_result {
  std::uint64_t lines = 0;
  std::uint64_t whole_line_keys = 0;  ///< lines without the field for the key
  std::vector<std::uint64_t> records; ///< per partition
};

/// Reads all of `from`. Errors: a line too long, or a failure of the file.
/// Ends early on a stop signal.
caf::expected<scan_result> scan(const input& from, const key_rule& keys,
                                std::size_t partitions);

/// What a program without Kafka makes of the same input: the truth that the
/// demo is compared with.
struct direct_result {
  struct partition {
    std::uint64_t records = 0;
    std::uint64_t content = 0; ///< chained fingerprints of keys and lines
    /// Fingerprints of each key and of its last line.
    std::unordered_map<std::uint64_t, std::uint64_t> states;
  };
  std::uint64_t lines = 0;
  std::vector<partition> partitions;
};

/// Reads the input again, with the standard library's own `getline` and thus
/// without the reader that fed Kafka. Ends early on a stop signal.
direct_result read_directly(const input& from, const key_rule& keys,
                            std::size_t partitions);

} // namespace cafka::demo
