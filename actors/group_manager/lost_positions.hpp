#pragma once

#include "actors/messages.hpp"

#include <cafka/types.hpp>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Positions that are, or seem, out of the broker's range: the partition's
/// leader is asked, and `core::judge_lost` decides.
class lost_positions {
public:
  explicit lost_positions(group_manager_parts& parts);

  /// A broker refused to fetch from its position.
  void on_refused(const topic_partition& tp, held_partition& x);
  void on_range_result(const range_result& x);
  void on_ask_again(const ask_range_again& x);

private:
  held_partition* find_doubted(const topic_partition& tp, generation g);
  void ask_later(const range_result& x, held_partition& held);
  void reset(const topic_partition& tp, held_partition& x, offset_range range);

  group_manager_parts& parts_;
  manager_context& context_;
};

} // namespace cafka::actors
