#pragma once

#include <string>

namespace cafka::kafka {

/// Of the librdkafka that runs here, as `2.0.2`.
std::string client_version();

/// Whether this librdkafka tells of leader epochs (2.1), by which a log that
/// was rewritten is known from one that was not.
bool knows_leader_epochs() noexcept;

} // namespace cafka::kafka
