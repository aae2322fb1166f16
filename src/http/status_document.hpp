#pragma once

#include "http/access.hpp"
#include "http/snapshot.hpp"

#include <string>

namespace cafka::http {

/// What the page shows, as JSON: groups with their partitions, and the last
/// events. Times are milliseconds since 1970. No record's data is in it.
struct status_document {
  std::string body;
  /// Changes where anything but the time of day does.
  std::string tag;
};

/// `operations`: whether the page may offer them.
status_document make_status(const snapshot& x, bool operations);

/// 304 where the client has it already.
response answer_status(const status_document& x, const request& asked);

} // namespace cafka::http
