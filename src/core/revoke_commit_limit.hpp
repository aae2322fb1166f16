#pragma once

#include <chrono>

namespace cafka::core {

/// How long the last commit of a revocation may take. What it held is then
/// given back uncommitted, and the coordinator makes a new client, because
/// librdkafka may send a deferred commit under its next generation. Validation
/// keeps drain-timeout plus this under max.poll.interval.ms.
constexpr auto revoke_commit_limit = std::chrono::seconds{5};

/// A last commit that was refused and may succeed later is sent again after
/// this. Short, because the whole group waits for what is given back; and still
/// so long that `revoke_commit_limit` bounds it to 20 requests and events.
constexpr auto revoke_commit_retry = std::chrono::milliseconds{250};

} // namespace cafka::core
