#pragma once

#include <cafka/record.hpp>
#include <cafka/record_excerpt.hpp>

#include <cstddef>

namespace cafka::core {

/// Copies out what of `x` fits into so many bytes: of text, whole characters.
record_excerpt excerpt_of(const record& x,
                          std::size_t bytes_max = record_excerpt_bytes_max);

} // namespace cafka::core
