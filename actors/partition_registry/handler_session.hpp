#pragma once

#include "actors/partition_registry/manager_buffer.hpp"
#include "core/delivery_log.hpp"
#include "core/thrown_by.hpp"

#include <atomic>
#include <memory>
#include <optional>

namespace cafka::actors {

/// The handler of one worker incarnation. `build`, `call` and `close` run on
/// the partition's strand; `cancel` may come from any thread.
struct handler_session {
  handler_session(worker_id x, handler_factory f, handler_context c,
                  std::shared_ptr<manager_buffer> b)
    : id(std::move(x)),
      factory(std::move(f)),
      context(std::move(c)),
      manager(std::move(b)) {
  }

  /// The outcome of a call.
  struct outcome {
    std::optional<handler_answer> answer; ///< nothing: it threw `failure`
    core::thrown failure;
    bool begun = true; ///< false: it was cancelled before
  };

  /// Closes the former one before. What it failed with; nothing: it is built,
  /// or it was cancelled.
  std::optional<std::string> build();
  /// `what`: the records of the batch.
  outcome call(const message_batch& batch, const core::redelivery& what);
  /// Once. Tells the manager what `on_close` threw.
  void close(close_reason why);

  /// From now on nothing of the user's code begins but `on_close`: a call that
  /// waits for its thread comes back without being begun.
  void cancel() noexcept {
    cancelled.store(true, std::memory_order_release);
  }

  worker_id id;
  handler_factory factory;
  handler_context context;
  std::shared_ptr<manager_buffer> manager;
  std::atomic<bool> cancelled = false;
  /// The partition's handler before this one; it may still have to be closed.
  std::shared_ptr<handler_session> former;
  std::unique_ptr<message_handler> handler; // only on the strand
};

} // namespace cafka::actors
