#pragma once

#include <cafka/exec_handler.hpp>

#include <string>
#include <vector>

namespace cafka::exec_handlers {

/// The `handler-init-args` of `handler = "exec"`. What is wrong with them is
/// added to `wrong`, as `key: what is allowed`.
exec_options read_exec_options(const caf::settings& args,
                               std::vector<std::string>& wrong);

/// What is wrong with options that exclude each other or name what is not
/// there, likewise. Else `program` and `guard` are what is to be started.
void check_exec_options(const exec_options& x, std::string& program,
                        std::string& guard, std::vector<std::string>& wrong);

/// All that is wrong with the arguments, likewise.
std::vector<std::string> check_exec_args(const caf::settings& args);

/// What is wrong with other settings of a group whose handler is a program, as
/// `key = value: what is allowed`; empty: nothing.
std::string wrong_beside_program(const group_config& x);

/// Sets the handler of a group whose settings say `handler = "exec"`, when its
/// `log` is there. `secret_variables`: of the environment, which its program
/// does not get. `system` and errors as of `set_handler`.
caf::error set_configured(caf::actor_system* system, group_options& options,
                          std::vector<std::string> secret_variables);

} // namespace cafka::exec_handlers
