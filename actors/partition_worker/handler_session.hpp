#pragma once

#include "actors/interfaces.hpp"
#include "core/delivery_log.hpp"

#include <atomic>
#include <memory>
#include <optional>

namespace cafka::actors {

/// The handler of one worker life. `build`, `call` and `close` run on the
/// partition's lane; `cancel` and `stop_calls` may come from any thread.
struct handler_session {
  handler_session(handler_factory f, handler_context c,
                  std::shared_ptr<compat::gate<worker_actor>> g)
    : factory(std::move(f)), context(std::move(c)), gate(std::move(g)) {
  }

  /// What came of a call.
  struct outcome {
    std::optional<handler_answer> answer; ///< nothing: it threw `text`
    std::string text;
    bool begun = true; ///< false: it was cancelled or stopped before
  };

  /// Tells the worker what came of it.
  void build();
  outcome call(const message_batch& batch, core::delivery& what);
  /// What `on_close` threw; empty: nothing, or it was closed before.
  std::string close(close_reason why);

  /// From now on nothing of the user's code begins but `on_close`.
  void cancel() noexcept {
    cancelled.store(true, std::memory_order_release);
  }
  /// A call that waits for its thread comes back without being begun.
  void stop_calls() noexcept {
    calls_stopped.store(true, std::memory_order_release);
  }

  handler_factory factory;
  handler_context context;
  std::shared_ptr<compat::gate<worker_actor>> gate;
  std::atomic<bool> cancelled = false;
  std::atomic<bool> calls_stopped = false;
  /// The partition's handler before this one; it may still have to be closed.
  std::shared_ptr<handler_session> former;
  std::unique_ptr<message_handler> handler; // only on the lane
};

} // namespace cafka::actors
