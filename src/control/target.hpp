#pragma once

#include "control/status_view.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Which group and which partition an operator means.
namespace cafka::control {

/// Of `topic/partition`, or of `topic`: then the partition is -1. Nothing: it
/// is neither.
std::optional<topic_partition> parse_partition(std::string_view x);

/// The group of that name, or the only one where it is empty. Null, and `wrong`
/// says which there are.
const group_view* choose_group(const status_view& from, const std::string& name,
                               std::string& wrong);

/// Null, and `wrong` says which this member holds.
const partition_view* choose_partition(const group_view& from,
                                       const topic_partition& x,
                                       std::string& wrong);

} // namespace cafka::control
