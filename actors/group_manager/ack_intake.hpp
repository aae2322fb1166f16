#pragma once

#include "actors/group_manager/ack_gathering.hpp"
#include "actors/messages.hpp"
#include "actors/partition_registry/manager_buffer.hpp"
#include "core/partition_effects.hpp"

#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <span>
#include <vector>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Where acks come in, and become watermarks: from the registry's buffer, which
/// has nacks and the reports of strands, too, in their order; and those that
/// want an answer from the mailbox.
class ack_intake {
public:
  explicit ack_intake(group_manager_parts& parts);

  void on_buffer_filled();
  /// Time to look by itself.
  void on_doze_over();
  /// Whatever waits in the buffer: before anything that must not overtake it.
  void take_in();
  /// An ack that came through the mailbox.
  ack_reply answer(const topic_partition& tp, generation g,
                   std::span<const offset_t> offsets, bool cumulative);
  ack_reply answer(const nack& x);

  /// What follows from an ack of any kind, but for what `flush` does later.
  void apply(const topic_partition& tp, held_partition& x,
             const core::ack_effect& effect);
  /// Acked ranges beyond the watermark may have become too many, or be so no
  /// more.
  void check_ranges(const topic_partition& tp, held_partition& x);
  /// What follows from acks is done once for all that came together: behind
  /// whatever may have applied one.
  void flush();

private:
  void take_in_items();
  void take_in(const ack_series& x);
  void take_in(const nack& x);
  void take_in(const delivery_report& x);
  bool take_in_one_go(const ack_series& x);
  ack_reply on_ack(const topic_partition& tp, generation g,
                   std::span<const offset_t> offsets, bool cumulative);
  ack_reply on_nack(const nack& x);

  group_manager_parts& parts_;
  manager_context& context_;
  std::vector<manager_buffer::item> taken_; // from the buffer, being worked off
  ack_gathering gathering_;
  bool dozes_ = false;                      // and looks by itself soon
  std::vector<topic_partition> look_again_; // have room that is not told
  bool unflushed_ = false;                  // acks were applied since `flush`
};

} // namespace cafka::actors
