#pragma once

#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// The map of acked offsets that stands beside a committed one, as text: see
/// offset_map.hpp for its bytes.
namespace cafka::core {

/// What stands beside a committed offset at the broker.
struct commit_note {
  std::string metadata; ///< empty: none
  /// In which the newest record was read that the metadata tell of; -1: not
  /// known.
  std::int32_t leader_epoch = -1;
  friend bool operator==(const commit_note&, const commit_note&) = default;
};

/// Where a log ends, by the word of its leader.
struct log_end {
  offset_t offset = 0;
  std::int32_t leader_epoch = -1; ///< the leader's; -1: not known
};

/// What a note says.
struct committed_map {
  std::string metadata; ///< as they were found, where they count
  range_set complete;   ///< offsets above the committed one
  /// Why the metadata do not count: they are no map, or the log is not the one
  /// that they tell of. Empty: they do, or there are none.
  std::string ignored;
};

/// `end`: as it was after the note was found; nothing: nobody told it. A log
/// that ends at or below an offset of the map, or has had another leader since,
/// may have been rewritten: then its records were never seen.
committed_map read_committed_map(offset_t committed, const commit_note& note,
                                 const std::optional<log_end>& end);

/// Base64 of the map, at most `bytes_max` of it; empty: there is nothing to
/// tell, or no room for it. `complete`: above `committed`.
std::string map_metadata(offset_t committed, const range_set& complete,
                         std::size_t bytes_max);

/// How many bytes of metadata a commit may have. A broker that refuses so many
/// (`offset.metadata.max.bytes`) gets half of it, then none.
///
/// ```
///           refused          refused
///   whole ───────────► half ───────────► none
/// ```
class metadata_limit {
public:
  enum class state : std::uint8_t { whole, half, none };

  explicit metadata_limit(std::size_t bytes) noexcept : bytes_(bytes) {
  }
  std::size_t bytes() const noexcept {
    return state_ == state::whole  ? bytes_
           : state_ == state::half ? bytes_ / 2
                                   : 0;
  }
  /// A broker refused metadata of `size` bytes. True: for the first time.
  bool refused(std::size_t size) noexcept;
  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x) noexcept {
    state_ = x;
  }

  std::size_t bytes_;
  state state_ = state::whole;
};

} // namespace cafka::core
