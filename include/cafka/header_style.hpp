#pragma once

#include <cstdint>

namespace cafka {

/// The headers that a dead letter gets behind those of its record.
enum class header_style : std::uint8_t {
  kafka,  ///< KIP-1191's and cafka's, as text
  spring, ///< Spring's kafka_dlt-* besides, in its binary form
};

} // namespace cafka
