#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace cafka {

/// One header of a record that is to be written.
struct output_header {
  std::string name;                 ///< may be empty, and may repeat
  std::optional<std::string> value; ///< without one it is Kafka's null
  /// True where name and value are equal; null differs from empty.
  friend bool operator==(const output_header&, const output_header&) = default;
};

/// A record that is to be written. It owns its bytes; its timestamp is the time
/// of writing.
struct output {
  std::string topic; ///< where to
  /// Where none is given it is chosen by the hash of the key (Java's murmur2),
  /// or, without a key, at random.
  std::optional<partition_t> partition{};
  std::optional<std::string> key{};     ///< without one it is Kafka's null
  std::optional<std::string> value{};   ///< without one it is a tombstone
  std::vector<output_header> headers{}; ///< in the order of the wire
  /// True where all of it is equal.
  friend bool operator==(const output&, const output&) = default;
};

/// Bytes of the key, the value and the headers. With 64 more it counts for
/// `outputs-max-bytes`.
inline std::size_t size_bytes(const output& x) noexcept {
  auto of = [](const std::optional<std::string>& y) {
    return y ? y->size() : 0;
  };
  auto result = of(x.key) + of(x.value);
  for (auto& y : x.headers)
    result += y.name.size() + of(y.value);
  return result;
}

} // namespace cafka
