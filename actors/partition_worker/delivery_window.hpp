#pragma once

#include "core/flow_window.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <limits>
#include <mutex>
#include <optional>

namespace cafka::actors {

/// The window of one worker incarnation, what is retained included. Its strand
/// fills it, and a call that acks everything that was delivered clears it
/// there; the manager frees what else is acked. Thread safe, with a lock of its
/// own, so that the manager waits for no drain.
class delivery_window {
public:
  explicit delivery_window(core::flow_window x,
                           std::size_t outputs_bytes_max
                           = std::numeric_limits<std::size_t>::max())
    : outputs_bytes_max_(outputs_bytes_max), window_(x) {
  }

  // -- for the manager

  /// `delivered_to`: behind what the manager knows to be delivered. What a call
  /// has cleared is not freed again. True: it was freed.
  bool free(core::volume x, offset_t delivered_to);
  /// Whatever room there is, nothing goes in.
  void hold(bool on);
  /// The same, and nothing comes again either.
  void pause(bool on);
  /// Acks of this incarnation may leave something out: nothing is cleared any
  /// more.
  void count_exactly();
  /// So many bytes of outputs are reported.
  void free_outputs(std::size_t bytes);

  // -- for the strand

  /// What goes in before it closes; nothing where it is full, held or
  /// paused.
  std::optional<core::flow_window> room() const;
  bool is_paused() const;
  void add(core::volume x);
  /// A call answered with so many bytes of outputs; their answer leaves out
  /// what is acked, until they are reported.
  void add_outputs(std::size_t bytes);
  /// A call acked all that was delivered, which is what lies below
  /// `delivered_to`.
  void clear(offset_t delivered_to);

private:
  const std::size_t outputs_bytes_max_;
  mutable std::mutex mutex_; // guards everything below
  core::flow_window window_;
  bool is_held_ = false;
  bool is_paused_ = false;
  bool is_exact_ = false;
  std::size_t outputs_bytes_ = 0; // on their way
  offset_t cleared_to_ = -1;
};

} // namespace cafka::actors
