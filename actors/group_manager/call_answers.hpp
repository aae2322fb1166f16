#pragma once

#include "actors/producer_messages.hpp"
#include "actors/worker_messages.hpp"
#include "core/withheld_records.hpp"

#include <cafka/types.hpp>

#include <cstdint>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// What the answers of handler calls do. One with outputs counts when these are
/// written, and those behind it in the partition's `core::answer_line` not
/// before it.
class call_answers {
public:
  explicit call_answers(group_manager_parts& parts);

  /// `x` may be gone afterwards.
  void take(const topic_partition& tp, held_partition& x,
            const call_ended& ended);
  /// All outputs of one answer are written, or one cannot be. The same of `x`.
  void on_outputs(const topic_partition& tp, held_partition& x,
                  const write_report& report);

private:
  void wait_for_outputs(const topic_partition& tp, held_partition& x,
                        const call_ended& ended);
  void count(held_partition& x, const call_ended& ended);
  void ack(held_partition& x, const call_ended& ended);
  void keep(held_partition& x, offset_range records);
  void count_written(const topic_partition& tp, held_partition& x,
                     std::uint64_t id);
  void take_early(const topic_partition& tp, generation g,
                  core::withheld_records::words& said);
  void void_failed(const topic_partition& tp, held_partition& x,
                   const write_report& report);

  group_manager_parts& parts_;
  manager_context& context_;
};

} // namespace cafka::actors
