#pragma once

#include <caf/expected.hpp>

#include <cstddef>
#include <string>

namespace cafka {

/// The content of a file; of one that has more than `bytes_max`, some more than
/// that. The error says which file cannot be read, and why. Blocks.
caf::expected<std::string> text_of_file(const std::string& path,
                                        std::size_t bytes_max);

} // namespace cafka
