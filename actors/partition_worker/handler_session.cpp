#include "actors/partition_worker/handler_session.hpp"

#include <exception>
#include <optional>

namespace cafka::actors {

namespace {

/// Runs user code; what it throws comes back as text.
template <class F>
std::optional<std::string> thrown_by(F f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "threw something that is not a std::exception";
  }
}

} // namespace

void handler_session::build() {
  if (cancelled.load(std::memory_order_acquire))
    return;
  auto failure = thrown_by([this] { handler = factory(context); });
  if (!failure && !handler)
    failure = "the handler's factory returned none";
  if (failure)
    gate->post(handler_built{errc::handler_not_built, *failure});
  else
    gate->post(handler_built{});
}

void handler_session::call(const message_batch& batch, core::delivery& what) {
  if (cancelled.load(std::memory_order_acquire) || !handler)
    return;
  ++what.calls;
  call_returned result;
  auto failure = thrown_by([&] { result.answer = handler->handle(batch); });
  if (failure) {
    result.answer.reset();
    result.text = std::move(*failure);
  }
  gate->post(std::move(result));
}

void handler_session::close(close_reason why) {
  handler_closed result;
  if (handler) {
    auto failure = thrown_by([&] { handler->on_close(why); });
    auto failure_2 = thrown_by([&] { handler.reset(); });
    if (failure || failure_2)
      result.text = failure ? *failure : *failure_2;
  }
  gate->post(std::move(result));
}

} // namespace cafka::actors
