#pragma once

#include "http/access.hpp"

#include <cafka/operations.hpp>

#include <optional>
#include <string>
#include <variant>

namespace cafka::http {

/// What an operator asks a group for.
struct operation {
  std::string group; ///< its name
  std::variant<pause_partitions, resume_partitions, restart_worker,
               dispose_record, move_partition>
    what;
};

/// Reads the JSON that is posted to `/api/pause`, `/api/resume`,
/// `/api/restart`, `/api/dispose` or `/api/move`. Nothing, and `wrong` says
/// why: it is none.
std::optional<operation> read_operation(const request& x, std::string& wrong);

/// 200 where it is done or was so already, 409 where it was refused.
response answer_of(const operation_reply& x);

} // namespace cafka::http
