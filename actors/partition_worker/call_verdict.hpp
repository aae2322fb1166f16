#pragma once

#include "actors/partition_registry/handler_session.hpp"
#include "actors/worker_messages.hpp"

#include <cafka/message_batch.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace cafka::actors {

/// What a handler call that returned, or threw, means: it failed, or its answer
/// is wrong, or it ended.
struct call_verdict {
  std::optional<core::failed_call> failed;
  std::string wrong; ///< says what; empty: nothing
  call_ended ended;  ///< but for the incarnation that it is of
};

/// `outputs_bytes_max`: an answer with more fails.
call_verdict judge(handler_session::outcome x, const message_batch& batch,
                   std::size_t outputs_bytes_max);

/// The offsets of the batch, from its first up to behind its last.
offset_range range_of(const message_batch& x);

} // namespace cafka::actors
