#include "exec_handlers/exec_handlers.hpp"
#include "exec_handlers/exec_settings.hpp"

#include <cafka/errors.hpp>

#include <fmt/format.h>

#include <system_error>
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
  if (auto failure = wrong_beside_program(options.config); !failure.empty())
    wrong.push_back(failure);
  if (!wrong.empty())
    return make_error(errc::invalid_config,
                      fmt::format("handler exec: {}", fmt::join(wrong, "; ")));
  try {
    options.handler = make_exec_handlers(std::make_shared<exec_group>(
      system, std::move(what), std::move(program), std::move(guard), options));
  } catch (const std::system_error& x) { // no thread, or no descriptor
    return make_error(errc::handler_not_built,
                      fmt::format("handler exec: {}", x.what()));
  }
  return {};
}

} // namespace exec_handlers

caf::error set_exec_handler(caf::actor_system& system, group_options& options,
                            exec_options what) {
  return exec_handlers::set_handler(&system, options, std::move(what));
}

} // namespace cafka
