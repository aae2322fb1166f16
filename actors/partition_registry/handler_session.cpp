#include "actors/partition_registry/handler_session.hpp"

#include <optional>
#include <utility>

namespace cafka::actors {

using core::thrown_by;

std::optional<std::string> handler_session::build() {
  if (auto x = std::exchange(former, nullptr))
    x->close(close_reason::failed);
  if (cancelled.load(std::memory_order_acquire))
    return std::nullopt;
  auto failure = thrown_by([this] { handler = factory(context); });
  if (failure)
    return std::move(failure->text);
  if (!handler)
    return "the handler's factory returned none";
  return std::nullopt;
}

auto handler_session::call(const message_batch& batch,
                           const core::redelivery& what) -> outcome {
  outcome result;
  if (cancelled.load(std::memory_order_acquire) || !handler) {
    result.begun = false;
    return result;
  }
  what.from->begin_call(what.indices);
  auto failure = thrown_by([&] {
    try {
      result.answer = handler->handle(batch);
    } catch (const record_rejected& e) {
      result.answer = handler_answer::reject(e.offset(), e.what());
    } catch (const record_error& e) {
      result.answer = handler_answer::failed_at(e.offset(), e.what(),
                                                core::name_of(typeid(e)));
    }
  });
  if (failure) {
    result.answer.reset();
    result.failure = std::move(*failure);
  }
  return result;
}

void handler_session::close(close_reason why) {
  if (!handler)
    return;
  auto failure = thrown_by([&] { handler->on_close(why); });
  auto failure_2 = thrown_by([&] { handler.reset(); });
  if (failure || failure_2)
    manager->put(close_failed{id, failure ? failure->text : failure_2->text});
}

} // namespace cafka::actors
