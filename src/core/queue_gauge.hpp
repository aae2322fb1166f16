#pragma once

#include "core/flow_window.hpp"

#include <cstddef>

namespace cafka::core {

/// Says when a queue that is filled up to a limit and drained has room again
/// after it was full: once it is down to half of the records that it held at
/// most. What it holds is not known in bytes, only what is drained; three
/// quarters of a limit count as full.
class queue_gauge {
public:
  /// Filling stops at either.
  explicit queue_gauge(volume limit) noexcept : limit_(limit) {
  }

  /// `taken` went out, so many records are left. True: it has room again; not
  /// said twice for one filling.
  bool drained(volume taken, std::size_t left) noexcept;

private:
  volume limit_;
  // Since it had room:
  std::size_t highest_ = 0; // records
  std::size_t bytes_ = 0;   // taken
};

} // namespace cafka::core
