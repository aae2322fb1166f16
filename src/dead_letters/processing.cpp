#include "dead_letters/processing.hpp"

#include "config/client_properties.hpp"
#include "io/notes.hpp"

#include <cafka/record_error.hpp>

#include <fmt/format.h>

#include <optional>
#include <stdexcept>
#include <utility>

namespace cafka::app {

namespace {

using kind = handler_answer::kind;
using core::thrown_by;

/// As it was before it was a dead letter, but for the count of its replays.
std::shared_ptr<const record_block> block_of(const found_letter& x) {
  auto own = core::make_replay(x.record.view(), x.letter);
  auto bytes = [](auto& y) { return y ? optional_bytes{*y} : std::nullopt; };
  record_block::builder result;
  result.add(x.letter.offset, bytes(own.key), bytes(own.value),
             x.letter.timestamp_ms.value_or(-1), x.letter.timestamp_kind);
  for (auto& h : own.headers)
    result.add_header(h.name, bytes(h.value));
  return result.finish();
}

/// Nothing: the record is processed.
std::optional<std::string> unprocessed(const handler_answer& x,
                                       offset_t offset) {
  switch (x.what()) {
    case kind::ack:
      return std::nullopt;
    case kind::ack_through:
    case kind::ack_through_keep:
      if (x.offset() == offset)
        return std::nullopt;
      return fmt::format("it acked through {}, and the record is {}",
                         x.offset(), offset);
    case kind::no_ack:
    case kind::continued:
      return "it gave no ack, and acks from elsewhere are not waited for";
    case kind::failed:
    case kind::failed_at:
    case kind::reject:
      break;
  }
  return x.cause();
}

} // namespace

letter_processing::letter_processing(const group_config& config,
                                     handler_factory handler)
  : config_(config),
    factory_(std::move(handler)),
    client_(client_id_of(producer_properties(config))) {
}

letter_processing::~letter_processing() {
  for (auto& [tp, handler] : handlers_) {
    auto failure = thrown_by([&] {
      handler->on_close(close_reason::stopped);
      handler.reset();
    });
    if (failure)
      io::print_note(fmt::format("{}: the handler was not closed: {}",
                                 to_string(tp), failure->text));
  }
}

letter_result letter_processing::process(const found_letter& x,
                                         std::int64_t now_ms) {
  auto& source = x.letter.source;
  auto identity = std::make_shared<const partition_identity>(partition_identity{
    config_.group, source.topic, source.partition, generation{}});
  message_batch batch{
    identity, std::make_shared<revocation_notice>(), block_of(x), {}, 1};
  std::optional<handler_answer> answer;
  auto thrown = thrown_by([&] { answer = call(batch); });
  if (thrown)
    return write_again(x, batch[0], std::move(*thrown), now_ms);
  if (auto why = unprocessed(*answer, x.letter.offset))
    return write_again(x, batch[0], {*why, answer->error_class()}, now_ms);
  return {std::move(*answer).outputs()};
}

handler_answer letter_processing::call(const message_batch& x) {
  auto& handler = handler_of({x.topic(), x.partition()});
  try {
    return handler.handle(x);
  } catch (const record_rejected& e) {
    return handler_answer::reject(e.offset(), e.what());
  }
}

message_handler& letter_processing::handler_of(const topic_partition& tp) {
  auto i = handlers_.find(tp);
  if (i != handlers_.end())
    return *i->second;
  auto built = factory_({{config_.group, tp.topic, tp.partition, generation{}},
                         config_.handler_init_args});
  if (!built)
    throw std::runtime_error{"the handler's factory returned none"};
  return *handlers_.emplace(tp, std::move(built)).first->second;
}

/// Behind, in the partition of the letter.
letter_result letter_processing::write_again(const found_letter& x,
                                             const record& as, core::thrown why,
                                             std::int64_t now_ms) {
  ++failures_;
  io::print_note(
    fmt::format("{}: {} failed again: {}", place_of(x), as.id(), why.text));
  auto& settings = config_.on_failure.dead_letter;
  core::dead_letter_form form{x.record.topic(), 1, settings.copy_headers,
                              settings.headers};
  core::letter_cause cause{config_.group, client_,
                           x.letter.failures.value_or(0) + 1,
                           std::move(why.type), std::move(why.text)};
  auto make = [&](bool shrunk) {
    auto result = core::make_dead_letter(as, cause, form, now_ms, shrunk);
    result.partition = x.record.partition();
    return result;
  };
  return {{make(false)}, make(true)};
}

} // namespace cafka::app
