#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cafka {

/// The first bytes of a key, a value or a header's value.
struct bytes_excerpt {
  bool is_null = true;    ///< Kafka's null, which differs from empty
  std::uint64_t size = 0; ///< of all of it, in bytes
  std::string begin;      ///< as much of it as is shown, byte for byte
};

/// A header of a record.
struct header_excerpt {
  std::string name;    ///< all of it
  bytes_excerpt value; ///< its begin
};

/// How much of a record an excerpt shows: keys, values and headers together, in
/// bytes. Enough for somebody to see what is wrong with it.
inline constexpr std::size_t record_excerpt_bytes_max = 4'096;

/// A record for people: what of it fits into `record_excerpt_bytes_max`.
struct record_excerpt {
  offset_t offset = -1;           ///< of the record; -1: there is none
  std::string text;               ///< why there is none; empty: there is one
  std::uint64_t failures = 0;     ///< failed calls that were put down to it
  std::int64_t timestamp_ms = -1; ///< since 1970 (UTC); -1: it has none
  bytes_excerpt key;              ///< a quarter at most
  bytes_excerpt value;            ///< what the others leave
  /// The first ones, in the order of the wire; a quarter at most.
  std::vector<header_excerpt> headers;
  std::uint64_t header_count = 0; ///< of all of them
};

} // namespace cafka
