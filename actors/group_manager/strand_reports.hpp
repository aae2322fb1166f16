#pragma once

#include "actors/worker_messages.hpp"

#include <cafka/types.hpp>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;
struct redelivery_due;

/// What the partitions' strands report, by the manager's buffer. What a former
/// incarnation of a worker says is dropped here.
class strand_reports {
public:
  explicit strand_reports(group_manager_parts& parts);

  void take(const delivery_report& x);
  void on_redelivery_due(const redelivery_due& x);

private:
  void on(const handler_built& x);
  void on(const worker_ready& x);
  void on(const call_begun& x);
  void on(const source_drained& x);
  void on(const call_ended& x);
  void on(const incarnation_failed& x);
  void on(const worker_drained& x);
  void on(const close_failed& x);
  void begin_call(const topic_partition& tp, held_partition& x,
                  offset_range batch);

  group_manager_parts& parts_;
  manager_context& context_;
};

} // namespace cafka::actors
