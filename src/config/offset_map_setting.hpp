#pragma once

#include <cafka/config.hpp>

namespace cafka {

/// Whether commits have a map of what is acked above them: `offset-map`, or
/// whatever this librdkafka is good for.
bool keeps_offset_map(const group_config& x) noexcept;

} // namespace cafka
