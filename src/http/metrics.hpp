#pragma once

#include "http/snapshot.hpp"

#include <string>

namespace cafka::http {

/// Prometheus' text format, version 0.0.4, of all groups. Made anew for each
/// scrape. The names and their meanings stand in src/http/README.md.
std::string metrics_text(const snapshot& x);

} // namespace cafka::http
