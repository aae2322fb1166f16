#include "dead_letters/processing.hpp"

#include "config/client_properties.hpp"
#include "io/notes.hpp"

#include <cafka/record_error.hpp>

#include <fmt/format.h>

#include <mutex>
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

/// So often in a row a handler may end before it has answered for a letter.
constexpr int tries_max = 3;

/// The end of a worker by its handler; see `handler_context::end_worker`. Any
/// thread.
class worker_end_note {
public:
  void set(worker_end x) {
    std::lock_guard lock{mutex_};
    if (!end_ || end_->after_call)
      end_ = std::move(x);
  }
  std::optional<worker_end> get() const {
    std::lock_guard lock{mutex_};
    return end_;
  }

private:
  mutable std::mutex mutex_; // guards what follows
  std::optional<worker_end> end_;
};

} // namespace

/// What calls the handler of one partition.
struct letter_processing::worker {
  std::shared_ptr<worker_end_note> end = std::make_shared<worker_end_note>();
  std::unique_ptr<message_handler> handler;
};

/// Of a call.
struct letter_processing::outcome {
  std::optional<handler_answer> answer; ///< nothing: it threw
  core::thrown thrown;

  /// The worker fails by it.
  bool fails() const {
    return !answer || answer->what() == kind::failed
           || answer->what() == kind::failed_at;
  }
};

letter_processing::letter_processing(const group_config& config,
                                     handler_factory handler)
  : config_(config),
    factory_(std::move(handler)),
    client_(client_id_of(producer_properties(config))) {
}

letter_processing::~letter_processing() {
  while (!workers_.empty())
    close(workers_.begin()->first, close_reason::stopped);
}

letter_result letter_processing::process(const found_letter& x,
                                         std::int64_t now_ms) {
  auto tp = x.letter.source;
  auto identity = std::make_shared<const partition_identity>(
    partition_identity{config_.group, tp.topic, tp.partition, generation{}});
  message_batch batch{
    identity, std::make_shared<revocation_notice>(), block_of(x), {}, 1};
  std::string why;
  for (int i = 0; i < tries_max; ++i) {
    worker* by = nullptr;
    if (auto failure = thrown_by([&] { by = &worker_of(tp); }))
      return {{}, {}, "no handler could be built: " + failure->text};
    auto result = call(*by->handler, batch);
    auto end = by->end->get();
    if (end || result.fails())
      close(tp, close_reason::failed);
    if (!end || end->after_call)
      return result_of(x, batch[0], std::move(result), now_ms);
    why = end->cause;
  }
  return {{}, {}, "the handler ended before it had answered: " + why};
}

letter_result letter_processing::result_of(const found_letter& x,
                                           const record& as, outcome what,
                                           std::int64_t now_ms) {
  if (!what.answer)
    return write_again(x, as, std::move(what.thrown), now_ms);
  if (auto why = unprocessed(*what.answer, x.letter.offset))
    return write_again(x, as, {*why, what.answer->error_class()}, now_ms);
  return {std::move(*what.answer).outputs()};
}

auto letter_processing::call(message_handler& handler,
                             const message_batch& x) const -> outcome {
  outcome result;
  auto failure = thrown_by([&] {
    try {
      result.answer = handler.handle(x);
    } catch (const record_rejected& e) {
      result.answer = handler_answer::reject(e.offset(), e.what());
    }
  });
  if (failure)
    result.thrown = std::move(*failure);
  return result;
}

/// Anew where the one before has ended between two letters.
auto letter_processing::worker_of(const topic_partition& tp) -> worker& {
  auto i = workers_.find(tp);
  if (i != workers_.end() && !i->second->end->get())
    return *i->second;
  if (i != workers_.end())
    close(tp, close_reason::failed);
  auto result = std::make_unique<worker>();
  result->handler = factory_(
    {{config_.group, tp.topic, tp.partition, generation{}},
     config_.handler_init_args,
     [note = result->end](worker_end x) { note->set(std::move(x)); }});
  if (!result->handler)
    throw std::runtime_error{"the handler's factory returned none"};
  return *workers_.emplace(tp, std::move(result)).first->second;
}

void letter_processing::close(const topic_partition& tp, close_reason why) {
  auto closed = std::move(workers_.extract(tp).mapped());
  auto failure = thrown_by([&] {
    closed->handler->on_close(why);
    closed->handler.reset();
  });
  if (failure)
    io::print_note(fmt::format("{}: the handler was not closed: {}",
                               to_string(tp), failure->text));
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
