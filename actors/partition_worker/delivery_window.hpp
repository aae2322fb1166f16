#pragma once

#include "core/flow_window.hpp"

#include <cafka/types.hpp>

#include <mutex>
#include <optional>

namespace cafka::actors {

/// The window of one worker incarnation, what is retained included. Its strand fills
/// it, and a call that acks everything that was delivered clears it there; the
/// manager frees what else is acked. Thread safe, with a lock of its own, so that
/// the manager waits for no drain.
class delivery_window {
public:
  explicit delivery_window(core::flow_window x) : window_(x) {
  }

  // -- for the manager

  /// `delivered_to`: behind what the manager knows to be delivered. What a call
  /// has cleared is not freed again. True: it was freed.
  bool free(core::volume x, offset_t delivered_to);
  /// Whatever room there is, nothing goes in.
  void hold(bool on);

  // -- for the strand

  /// What goes in before it closes; nothing where it is full or held.
  std::optional<core::flow_window> room() const;
  void add(core::volume x);
  /// A call acked all that was delivered, which is what lies below
  /// `delivered_to`.
  void clear(offset_t delivered_to);

private:
  mutable std::mutex mutex_; // guards everything below
  core::flow_window window_;
  bool is_held_ = false;
  offset_t cleared_to_ = -1;
};

} // namespace cafka::actors
