#pragma once

#include "actors/producer_messages.hpp"
#include "core/partition_effects.hpp"

#include <cafka/ack_result.hpp>
#include <cafka/messages.hpp>
#include <cafka/types.hpp>

#include <vector>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Records that fail: what `core::partition` says of each is carried out here.
/// Who is told, dead letters, and what becomes of the worker.
class record_failures {
public:
  explicit record_failures(group_manager_parts& parts);

  /// `x` may be gone afterwards.
  void carry_out(const topic_partition& tp, held_partition& x,
                 const core::failure_effect& effect);
  /// A record failed outside of the calls. The same of `x`.
  ack_result take(const topic_partition& tp, held_partition& x, const nack& of);
  /// The report of a dead letter. The same of `x`.
  void on_letter(const topic_partition& tp, held_partition& x,
                 const write_report& report);
  /// What is due by `t`: a step that is tried again, the ack of a record that
  /// came alone.
  void look(time_point t);

  void publish(const topic_partition& tp, const held_partition& x,
               const std::vector<core::failure_note>& notes);
  /// The registry keeps it, across restarts of the group.
  void note_row(const topic_partition& tp, held_partition& x);

private:
  void see_to_worker(const topic_partition& tp, held_partition& x,
                     const core::failure_effect& effect);

  group_manager_parts& parts_;
  manager_context& context_;
};

} // namespace cafka::actors
