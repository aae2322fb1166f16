#pragma once

#include <chrono>

namespace cafka::actors {

/// How long the last commit of a revocation may take. What it held is then
/// given back uncommitted, and the coordinator makes a new client, because
/// librdkafka may send a deferred commit under its next generation. Validation
/// keeps drain-timeout plus this under max.poll.interval.ms.
constexpr auto revoke_commit_limit = std::chrono::seconds{5};

} // namespace cafka::actors
