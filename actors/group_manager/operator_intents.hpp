#pragma once

#include <cafka/events.hpp>
#include <cafka/operations.hpp>
#include <cafka/types.hpp>

#include <optional>
#include <vector>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;
struct intent;

/// What operators want of this member's partitions, and can have at once: they
/// are paused, resumed, or have their workers begun anew. What takes longer is
/// `record_disposals` and `partition_moves`.
class operator_intents {
public:
  explicit operator_intents(group_manager_parts& parts);

  operation_reply pause(const pause_partitions& x);
  operation_reply resume(const resume_partitions& x);
  operation_reply restart(const restart_worker& x);

  /// The record that a partition stands at.
  record_excerpt show(const get_record& x);

  /// They are this member's now, and no worker has begun.
  void on_assigned(const std::vector<topic_partition>& added);

  /// Why nothing can be done to the partition; nothing: something can.
  std::optional<operation_reply> refusal(const topic_partition& tp) const;
  /// Not done: told, and answered so.
  operation_reply refuse(const intent& x, operation_reply why);
  void publish(event x);

private:
  void apply_pauses();
  void set_pause(held_partition& x, bool on);

  group_manager_parts& parts_;
  manager_context& context_;
};

} // namespace cafka::actors
