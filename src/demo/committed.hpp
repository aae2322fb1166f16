#pragma once

#include <cafka/types.hpp>

#include <caf/expected.hpp>

#include <map>
#include <string>

namespace cafka::demo {

/// What the broker has as committed offsets of a group, asked by a client of
/// its own that never joins the group. Partitions without a commit are missing.
caf::expected<std::map<partition_t, offset_t>>
committed_at_broker(const std::string& endpoints, const std::string& group,
                    const std::string& topic, std::size_t partitions);

} // namespace cafka::demo
