#pragma once

#include "demo/findings.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace cafka::demo {

/// One life of a partition's worker, as its handler sees it.
struct worker_life {
  cafka::generation generation;
  offset_t next = 0; ///< nothing below may be handed out in this life
};

/// Judges the offsets that are handed out in one partition, and where restarts
/// and commits stand. It knows the watermark from the acks that the handlers
/// gave, and not from the library.
class delivery_order {
public:
  explicit delivery_order(partition_t p) : name_(std::to_string(p)) {
  }

  // -- what the group's events say

  /// The partition was given to us; it begins where the group committed.
  /// Negative: at the earliest record, since there is no commit.
  void assigned(generation g, offset_t begin);
  /// A worker starts again at the watermark. Negative: nothing was read yet.
  void restarted(generation g, offset_t begin);
  void commit_sent(generation g, offset_t next);
  void committed(offset_t next);

  // -- what handlers do

  /// A handler is built.
  worker_life open(generation g) const;
  /// A call was given these records, both included, and all between them; how
  /// many of them were given to a handler before.
  std::uint64_t handed(const worker_life& life, offset_t first, offset_t last);
  /// The handler turns to this record.
  void taken(worker_life& life, offset_t at);
  /// Everything below `next` is acked.
  void acked(generation g, offset_t next);

  const findings& wrong() const noexcept {
    return wrong_;
  }

private:
  void check(const worker_life& life, offset_t at);

  std::string name_;
  generation generation_;
  std::map<generation, offset_t> begins_; // of the newest life
  offset_t acked_ = 0;                    // the watermark of `generation_`
  offset_t sent_ = 0;                     // highest commit ever sent
  offset_t confirmed_ = 0;                // highest commit confirmed
  offset_t sent_now_ = 0;                 // last commit sent in `generation_`
  offset_t handed_ = 0; // behind the highest record handed out
  findings wrong_;
};

} // namespace cafka::demo
