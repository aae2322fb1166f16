#include "exec_handlers/exec_handlers.hpp"
#include "exec_handlers/exec_settings.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <utility>

namespace cafka {

namespace exec_handlers {

caf::error set_handler(caf::actor_system* system, group_options& options,
                       exec_options what) {
  std::vector<std::string> wrong;
  std::string program;
  std::string guard;
  if (what.command.empty())
    wrong.emplace_back("command: a program");
  check_exec_options(what, program, guard, wrong);
  if (!wrong.empty())
    return make_error(errc::invalid_config,
                      fmt::format("handler exec: {}", fmt::join(wrong, "; ")));
  options.handler = make_exec_handlers(std::make_shared<exec_group>(
    system, std::move(what), std::move(program), std::move(guard), options));
  return {};
}

} // namespace exec_handlers

caf::error set_exec_handler(caf::actor_system& system, group_options& options,
                            exec_options what) {
  return exec_handlers::set_handler(&system, options, std::move(what));
}

} // namespace cafka
