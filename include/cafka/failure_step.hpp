#pragma once

#include <cstdint>

namespace cafka {

/// A way past a record that used up its `retries`, or that was rejected. Steps
/// are taken in this order.
enum class failure_step : std::uint8_t {
  dead_letter,    ///< it is written to another topic, then the next one comes
  skip,           ///< the next one comes
  stop_partition, ///< the partition is held and not delivered
  stop_group,     ///< the group drains, commits and ends with an error
};

} // namespace cafka
