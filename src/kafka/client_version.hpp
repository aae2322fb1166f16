#pragma once

#include <string>

namespace cafka::kafka {

/// Of the librdkafka that runs here, as `2.0.2`.
std::string client_version();

} // namespace cafka::kafka
