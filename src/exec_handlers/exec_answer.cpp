#include "exec_handlers/exec_answer.hpp"

#include <utility>

namespace cafka::exec_handlers {

handler_answer to_handler_answer(exec::answer x) {
  using kind = exec::answer::kind;
  switch (x.what) {
    case kind::ack:
      return handler_answer::ack().after(std::move(x.outputs));
    case kind::ack_through:
      return handler_answer::ack_through(x.offset).after(std::move(x.outputs));
    case kind::no_ack:
      return handler_answer::no_ack();
    case kind::continued:
      return handler_answer::continue_without_ack();
    case kind::failed_at:
      return handler_answer::failed_at(x.offset, x.cause, x.error_class);
    case kind::rejected:
      return handler_answer::reject(x.offset, x.cause);
    default:
      return handler_answer::failed(x.cause, x.error_class);
  }
}

handler_answer not_handled(const message_batch& batch) {
  return handler_answer::ack_through(batch.first_offset() - 1);
}

std::optional<offset_t> add_input(std::string& to, const message_batch& batch,
                                  exec_input form) {
  switch (form) {
    case exec_input::raw:
      return exec::add_values(to, batch, '\n');
    case exec_input::values0:
      return exec::add_values(to, batch, '\0');
    default:
      exec::add_record_lines(to, batch);
      return std::nullopt;
  }
}

std::string unfit_for(exec_input form) {
  return form == exec_input::raw ? "input = \"raw\": the value holds a newline"
                                 : "input = \"values0\": the value holds a NUL";
}

exec::open_call open_call_of(const message_batch& batch, offset_t end) {
  exec::open_call result;
  result.topic = batch.topic();
  result.partition = batch.partition();
  result.generation = batch.generation().value;
  std::optional<offset_range> run; // without holes
  for (auto x : batch) {
    if (x.offset() >= end)
      break;
    result.last = x.offset();
    if (run && run->last == x.offset()) {
      ++run->last;
      continue;
    }
    if (run)
      result.offsets.insert(*run);
    run = {x.offset(), x.offset() + 1};
  }
  if (run)
    result.offsets.insert(*run);
  return result;
}

} // namespace cafka::exec_handlers
