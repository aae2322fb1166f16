#pragma once

#include "config/scanner.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace cafka {

/// Braces, brackets and dots of a name that may stand in each other, beyond any
/// use. CAF's parser calls itself for each, and some thousands of them overflow
/// the stack of a thread.
inline constexpr std::size_t nesting_max = 64;

/// Where `text` is nested deeper than that, with `above` levels around it
/// already; nothing: nowhere.
std::optional<text_place> place_too_deep(std::string_view text,
                                         std::size_t above = 0);

} // namespace cafka
