#pragma once

#include "core/flow_window.hpp"

#include <cstdint>
#include <functional>
#include <mutex>

namespace cafka::actors {

/// The window of one worker life: its strand fills it, and a call that acks
/// everything clears it there; the manager, who knows of explicit acks, frees
/// what they cover, without a way through the worker's mailbox. Thread safe.
class delivery_window {
public:
  explicit delivery_window(core::flow_window x) : window_(x) {
  }

  // -- for the manager

  /// From now on it counts: the life's retained records are through, and `used`
  /// of them is not acked. Once.
  void begin(core::volume used);
  /// `full_acks`: how many calls that acked everything the manager knew of. What
  /// it frees before `begin`, or was freed by a call it did not know of, does
  /// not count twice.
  void free(core::volume x, std::uint64_t full_acks);

  // -- for the strand

  /// Called by `free` when it has freed something.
  void on_freed(std::function<void()> wake);
  /// What goes in before it closes.
  core::flow_window room() const;
  void add(core::volume x);
  /// A call acked everything that was delivered.
  void clear();

private:
  mutable std::mutex mutex_; // guards everything below
  core::flow_window window_;
  bool counts_ = false;
  std::uint64_t full_acks_ = 0;
  std::function<void()> wake_;
};

} // namespace cafka::actors
