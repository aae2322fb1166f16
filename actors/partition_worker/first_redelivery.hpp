#pragma once

#include "core/delivery_log.hpp"

#include <mutex>
#include <optional>
#include <utility>

namespace cafka::actors {

/// What a worker life begins with: retained records that its strand calls the
/// handler with as soon as that is built, without a way back to the manager.
/// Void as soon as one of them may be acked. Thread safe.
class first_redelivery {
public:
  explicit first_redelivery(std::optional<core::redelivery> x)
    : what_(std::move(x)) {
  }

  /// For the manager: records became acked.
  void withdraw() {
    std::lock_guard guard{mutex_};
    what_.reset();
  }

  /// For the strand, once. Nothing: the manager knows what comes first.
  std::optional<core::redelivery> take() {
    std::lock_guard guard{mutex_};
    return std::exchange(what_, std::nullopt);
  }

private:
  std::mutex mutex_; // guards what follows
  std::optional<core::redelivery> what_;
};

} // namespace cafka::actors
