#pragma once

#include <cafka/message_batch.hpp>
#include <cafka/message_handler.hpp>

#include <algorithm>
#include <string_view>

namespace cafka::actors {

/// The name of an answer that names a record; empty: it names none.
inline std::string_view naming(handler_answer::kind x) {
  using kind = handler_answer::kind;
  switch (x) {
    case kind::ack_through:
      return "ack_through";
    case kind::ack_through_keep:
      return "ack_through_keep";
    case kind::failed_at:
      return "failed_at";
    default:
      return {};
  }
}

/// Whether the batch holds the record that the answer names.
inline bool fits(const handler_answer& x, const message_batch& batch) {
  if (naming(x.what()).empty())
    return true;
  if (x.what() == handler_answer::kind::ack_through
      && x.offset() == batch.first_offset() - 1)
    return true; // nothing of it
  return std::ranges::any_of(batch, [&](const record& r) {
    return r.offset() == x.offset();
  });
}

/// Up to where an answer acks, if it acks.
inline offset_t acked_through(const handler_answer& x,
                              const message_batch& batch) {
  if (naming(x.what()).empty())
    return batch.last_offset();
  return x.what() == handler_answer::kind::failed_at ? x.offset() - 1
                                                     : x.offset();
}

} // namespace cafka::actors
