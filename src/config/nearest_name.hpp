#pragma once

#include <span>
#include <string_view>

namespace cafka {

/// The one of `known` that is nearest to `name` by edits, for a hint; empty:
/// none is near.
std::string_view nearest_name(std::string_view name,
                              std::span<const std::string_view> known);

} // namespace cafka
