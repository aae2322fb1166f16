#pragma once

#include "demo/chaos.hpp"
#include "demo/ledger.hpp"
#include "demo/sabotage.hpp"

#include <cafka/message_handler.hpp>

namespace cafka::demo {

/// What the handlers of all partitions work with. Outlives the group.
struct handler_world {
  const ledger& books;
  chaos& failures;
  saboteur& sabotage;
};

/// Replays a log: of each key it keeps the last state that the log tells. The
/// states outlive the handler, like a table of a database would; a redelivered
/// record sets an older state, and those behind it set the newer one again.
class replay_handler : public message_handler {
public:
  replay_handler(handler_world world, const partition_identity& whose);
  handler_answer handle(const message_batch& batch) override;

private:
  /// Nothing: all of them are handled.
  std::optional<handler_answer> handle_records(const message_batch& batch);

  handler_world world_;
  partition_ledger& book_;
  generation generation_;
};

/// For `group_options::handler`.
handler_factory make_replay_handlers(handler_world world);

} // namespace cafka::demo
