#pragma once

#include "exec/protocol.hpp"
#include "exec/session.hpp"

#include <cafka/exec_handler.hpp>
#include <cafka/message_handler.hpp>

#include <optional>
#include <string>

namespace cafka::exec_handlers {

/// A program's answer as a handler's. The one place that knows both.
handler_answer to_handler_answer(exec::answer x);

/// Nothing of the batch is handled; it comes again, without a failure.
handler_answer not_handled(const message_batch& batch);

/// What a program of one batch finds on its standard input. Returns the offset
/// of a record whose value cannot be given, as `unfit_for` says; then it holds
/// those below.
std::optional<offset_t> add_input(std::string& to, const message_batch& batch,
                                  exec_input form);
std::string unfit_for(exec_input form);

/// The call of the records of `batch` up to, but not including, `end`.
exec::open_call open_call_of(const message_batch& batch,
                             offset_t end = INT64_MAX);

} // namespace cafka::exec_handlers
