#pragma once

#include "actors/events/intent_events.hpp"
#include "actors/messages.hpp"
#include "core/partition_move.hpp"

#include <cafka/operations.hpp>
#include <cafka/types.hpp>

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Partitions that operators move to another position: `core::partition_move`
/// says how far one is. Each is answered once, at the latest when the partition
/// is gone.
class partition_moves {
public:
  explicit partition_moves(group_manager_parts& parts);

  caf::result<operation_reply> take(const move_partition& x);
  bool moves(const topic_partition& tp) const {
    return orders_.contains(tp);
  }

  void on_position(const position_result& x);
  /// True: it was this that the partition drained for.
  bool on_drained(const topic_partition& tp, held_partition& x);
  void on_commit_result(const commit_result& x);
  /// The partition is given back from now on.
  void on_taken(const topic_partition& tp);
  /// What is due by `t`; a partition may be gone, too.
  void look(time_point t);

private:
  struct order {
    std::uint64_t id;
    core::partition_move move;
    target_position to;
    intent what;
    caf::typed_response_promise<operation_reply> promise;
    offset_t from = -1; ///< its watermark at the end of the drain
  };

  std::optional<operation_reply> refusal(const move_partition& x) const;
  void drain(const topic_partition& tp, held_partition& x, order& of,
             offset_t to);
  void commit(const topic_partition& tp, held_partition& x, order& of);
  void on_answer(const commit_result::entry& x);
  void go_on(const topic_partition& tp, held_partition& x, offset_t to,
             bool confirmed);
  void answer(const topic_partition& tp, operation_reply reply);

  group_manager_parts& parts_;
  manager_context& context_;
  std::map<topic_partition, order> orders_;
  std::uint64_t last_id_ = 0;
};

} // namespace cafka::actors
