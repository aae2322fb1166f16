#pragma once

#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

/// The acked offsets above a commit, as the metadata of that commit has them:
/// in the form of Parallel Consumer's `OffsetEncoding`, so that a group can
/// move between the two and run mixed. Bytes here; the metadata is their
/// Base64.
///
/// ```
///   'e'  lengths of runs from the committed offset on, incomplete ones first,
///        then by turns: int32, big-endian
///   'o'  number of bits: int32, big-endian; then bits from the committed
///        offset on, the least significant of a byte first; 1: complete
///   'p', 's'  the payloads of 'e' and 'o', in a zstd frame
///   'n', 'l'  those of 'e' and 'o' with int16
///   'J', 'a'  the payloads of 'n' and 'l', in a zstd frame
/// ```
namespace cafka::core {

/// `complete`: what is acked at or above `committed`, which itself is not. The
/// smaller of 'e' and 'o'. Where they are larger than `bytes_max` it is the
/// longest prefix that fits: what is left out comes again. Empty: there is
/// nothing to tell, or no room for it.
std::string encode_offset_map(offset_t committed, const range_set& complete,
                              std::size_t bytes_max);

/// Of a log of which nobody knows the end.
inline constexpr offset_t end_of_offsets = std::numeric_limits<offset_t>::max();

/// What is complete above `committed`, and below `end`: the log's. Nothing: the
/// bytes are none of the above, by their first byte, their length, a run of no
/// offsets, or an offset at or beyond `end`.
std::optional<range_set>
decode_offset_map(offset_t committed, std::string_view bytes, offset_t end);

} // namespace cafka::core
