#pragma once

#include "actors/events/intent_events.hpp"
#include "core/partition_effects.hpp"

#include <cafka/operations.hpp>
#include <cafka/types.hpp>

#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>

namespace cafka::actors {

class manager_context;
struct held_partition;
struct group_manager_parts;

/// Records that operators want got past. One waits for the call that runs,
/// which may handle it, and then for its dead letter's report; each is answered
/// once.
class record_disposals {
public:
  explicit record_disposals(group_manager_parts& parts);

  caf::result<operation_reply> take(const dispose_record& x);
  bool runs(const topic_partition& tp) const {
    return orders_.contains(tp);
  }

  /// A call may have ended, or a partition be gone.
  void look();
  /// The partition is given back from now on. A dead letter that is on its way
  /// is waited for.
  void on_taken(const topic_partition& tp);
  /// Something of the partition's failed records is told.
  void on_note(const topic_partition& tp, const core::failure_note& note);

private:
  struct order {
    cafka::generation generation;
    failure_step step;
    intent what;
    caf::typed_response_promise<operation_reply> promise;
    bool carried_out = false; ///< its note says what became of it
  };
  using order_map = std::map<topic_partition, order>;

  std::optional<operation_reply> refusal(const dispose_record& x) const;
  void look_at(const topic_partition& tp);
  bool must_wait(const held_partition& x) const;
  void carry_out(const topic_partition& tp, held_partition& x);
  void answer(const topic_partition& tp, operation_result result,
              std::string text);

  group_manager_parts& parts_;
  manager_context& context_;
  order_map orders_;
};

} // namespace cafka::actors
