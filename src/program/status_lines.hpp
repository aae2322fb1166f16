#pragma once

#include "core/log_line.hpp"

#include <cafka/status.hpp>

#include <string>
#include <vector>

namespace cafka::app {

/// `event=status` of a group as a whole: its partitions, how many of them are
/// healthy, and their lag, as far as it is known.
core::log_line group_line(const group_status& x);

/// The line above, and behind it a line for each partition.
std::vector<core::log_line> status_lines(const group_status& x);

/// All groups in one sentence, and the worst of their partitions with what is
/// wrong with it: `11 of 12 partitions are healthy, lag 40; orders/3 …`.
std::string status_sentence(const std::vector<group_status>& xs);

} // namespace cafka::app
