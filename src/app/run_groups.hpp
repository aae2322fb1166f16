#pragma once

#include "io/record_output.hpp"
#include "program/exit_code.hpp"

#include <cafka/config_file.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace cafka::app {

/// Called with each group before it is spawned, when its log is there.
using prepare_group
  = std::function<caf::error(caf::actor_system&, configured_group&)>;

/// Runs all groups, and the server of HTTP where there is one, until a stop
/// signal comes, `out` has no reader any more, or one of them ends by itself;
/// then stops them in order, and tells on standard error what they did. Does
/// not return where handler calls cannot be ended.
exit_code run_groups(configured_groups configured,
                     std::shared_ptr<io::record_output> out,
                     prepare_group prepare);

} // namespace cafka::app
