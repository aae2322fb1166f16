#pragma once

#include "kafka/consumer.hpp"

#include <chrono>

namespace cafka::kafka {

/// The properties of a producer that belongs to a group: of the group's the
/// endpoints, the security and what else a connection needs, and `own`. Topics
/// are not made by writing to them, a record may be as large as the broker
/// takes, and the queue as large as its user lets it grow, unless `own` says
/// otherwise. `timeout`: to the report, unless `own` has one.
properties producing_properties(const properties& of_group,
                                const properties& own,
                                std::chrono::milliseconds timeout);

} // namespace cafka::kafka
