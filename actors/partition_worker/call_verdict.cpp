#include "actors/partition_worker/call_verdict.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cafka::actors {

namespace {

using kind = handler_answer::kind;

/// What a producer keeps of each beside its bytes, about: so that many without
/// any are bounded, too, and fill no queue that others share.
constexpr std::size_t output_entry_bytes = 64;

/// The name of an answer that names a record; empty: it names none.
std::string_view naming(kind x) {
  switch (x) {
    case kind::ack_through:
      return "ack_through";
    case kind::ack_through_keep:
      return "ack_through_keep";
    case kind::failed_at:
      return "failed_at";
    case kind::reject:
      return "reject";
    default:
      return {};
  }
}

/// Whether the batch holds the record that the answer names.
bool fits(const handler_answer& x, const message_batch& batch) {
  if (naming(x.what()).empty())
    return true;
  if (x.what() == kind::ack_through && x.offset() == batch.first_offset() - 1)
    return true; // nothing of it
  return std::ranges::any_of(batch, [&](const record& r) {
    return r.offset() == x.offset();
  });
}

bool fails_at(kind x) {
  return x == kind::failed_at || x == kind::reject;
}

/// Up to where an answer acks, if it acks.
offset_t acked_through(const handler_answer& x, const message_batch& batch) {
  if (naming(x.what()).empty())
    return batch.last_offset();
  return fails_at(x.what()) ? x.offset() - 1 : x.offset();
}

/// Empty: nothing.
std::string wrong_with(const handler_answer& x, const message_batch& batch) {
  auto waits = x.what() == kind::ack || x.what() == kind::ack_through;
  if (!x.outputs().empty() && !waits)
    return "only ack and ack_through may come after outputs";
  if (fits(x, batch))
    return {};
  return std::string{naming(x.what())} + "(" + std::to_string(x.offset())
         + ") names no record of the batch "
         + std::to_string(batch.first_offset()) + " to "
         + std::to_string(batch.last_offset());
}

core::failed_call failed_call_of(const message_batch& x,
                                 core::failure_cause why,
                                 std::optional<offset_t> at = {}) {
  return {range_of(x), x.size(), at, std::move(why)};
}

/// Of an answer that names the record that failed.
core::failed_call named_failure_of(const handler_answer& x,
                                   const message_batch& batch, errc code) {
  return failed_call_of(batch, {code, x.cause(), x.error_class()}, x.offset());
}

std::shared_ptr<answer_rest> rest_of(handler_answer x,
                                     const message_batch& batch) {
  auto result = std::make_shared<answer_rest>();
  if (x.what() == kind::reject) {
    result->failed = named_failure_of(x, batch, errc::record_rejected);
    return result;
  }
  for (auto& y : x.outputs())
    result->bytes += size_bytes(y) + output_entry_bytes;
  result->failed = failed_call_of(batch, {errc::output_failed, {}, "outputs"});
  result->outputs = std::move(x).outputs();
  return result;
}

std::string too_many(std::size_t bytes, std::size_t bytes_max) {
  return "its outputs count as " + std::to_string(bytes) + " bytes, "
         + std::to_string(output_entry_bytes)
         + " of each beside its own, and outputs-max-bytes allows "
         + std::to_string(bytes_max);
}

} // namespace

offset_range range_of(const message_batch& x) {
  return {x.first_offset(), x.last_offset() + 1};
}

call_verdict judge(handler_session::outcome x, const message_batch& batch,
                   std::size_t outputs_bytes_max) {
  call_verdict result;
  if (!x.answer) {
    result.failed
      = failed_call_of(batch, {errc::handler_failed, std::move(x.failure.text),
                               std::move(x.failure.type)});
    return result;
  }
  auto& answer = *x.answer;
  auto what = answer.what();
  result.wrong = wrong_with(answer, batch);
  if (!result.wrong.empty())
    return result;
  if (what == kind::failed)
    result.failed = failed_call_of(batch, {errc::handler_failed, answer.cause(),
                                           answer.error_class()});
  else if (what == kind::failed_at)
    result.failed = named_failure_of(answer, batch, errc::handler_failed);
  result.ended.answer = what;
  result.ended.batch = range_of(batch);
  result.ended.through = acked_through(answer, batch);
  if (what != kind::reject && answer.outputs().empty())
    return result;
  auto rest = rest_of(std::move(answer), batch);
  if (rest->bytes > outputs_bytes_max) {
    result.failed = std::move(rest->failed);
    result.failed->cause.text = too_many(rest->bytes, outputs_bytes_max);
  }
  result.ended.rest = std::move(rest);
  return result;
}

} // namespace cafka::actors
