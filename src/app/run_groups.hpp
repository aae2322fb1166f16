#pragma once

#include "io/record_output.hpp"
#include "io/service_notifier.hpp"
#include "program/event_log.hpp"
#include "program/exit_code.hpp"

#include <cafka/config_file.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace cafka::app {

/// Called with each group before it is spawned, when its log is there.
using prepare_group
  = std::function<caf::error(caf::actor_system&, configured_group&)>;

struct run_input {
  configured_groups configured;
  std::shared_ptr<io::record_output> out; ///< where records are printed
  prepare_group prepare;
  log_arguments log;
  io::service_notifier notifier;
};

/// Runs all groups, and the server of HTTP where there is one, until a stop
/// signal comes, the output has no reader any more, or one of them ends by
/// itself; then stops them in order. Tells on standard
/// error what happens and at the end what they did; how they are when SIGUSR1
/// comes. Does not return where handler calls cannot be ended.
exit_code run_groups(run_input x);

} // namespace cafka::app
