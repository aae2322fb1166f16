#pragma once

#include "exec/protocol.hpp"
#include "exec/session.hpp"

#include <cafka/message_handler.hpp>

namespace cafka::exec_handlers {

/// A program's answer as a handler's. The one place that knows both.
handler_answer to_handler_answer(exec::answer x);

/// Nothing of the batch is handled; it comes again, without a failure.
handler_answer not_handled(const message_batch& batch);

/// The call of the records of `batch` up to, but not including, `end`.
exec::open_call open_call_of(const message_batch& batch,
                             offset_t end = INT64_MAX);

} // namespace cafka::exec_handlers
