#pragma once

#include "actors/coordinator_messages.hpp"
#include "core/progress_watch.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Whether partitions get on, and how far their ends are. Of each,
/// `core::progress_watch` decides whether it stalls, and `core::ack_watch`
/// whether its acks are overdue.
class progress_checks {
public:
  explicit progress_checks(group_manager_parts& parts);

  /// Each partition, now and then.
  void look(time_point t);
  void on_ends_result(const ends_result& answer);
  /// It waits for its broker: told once in a while.
  void note_wait(const topic_partition& tp, held_partition& x,
                 std::string what_for);

private:
  core::progress_facts facts_of(const topic_partition& tp,
                                const held_partition& x) const;
  void on_stall(const topic_partition& tp, held_partition& x,
                core::progress_action what, bool is_end_known);
  void replace_client(const topic_partition& tp);

  group_manager_parts& parts_;
  manager_context& context_;
  std::map<topic_partition, generation> ends_asked_; // one request at a time
  std::uint64_t ends_id_ = 0;                        // of the last one
};

} // namespace cafka::actors
