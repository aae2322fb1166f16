#pragma once

#include "io/record_output.hpp"

#include <cafka/config_file.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace cafka::app {

/// The handlers that a config file may name.
struct known_handlers {
  handler_registry all;
  std::set<std::string> built_in; ///< of `all`
};

/// The handlers `own` of who calls `cafka::main`, and beside them:
/// - `print` writes a JSON object per record to `out`, and acks what was
///   written; `handler-init-args { encoding = "base64" }` writes all bytes in
///   base64, "text", the default, only those that are no UTF-8.
/// - `count` acks; it is counted what every handler gets.
/// - `exec` runs a program: see `exec_handlers::set_configured`.
known_handlers make_handlers(std::shared_ptr<io::record_output> out,
                             const handler_registry& own);

/// True: the handler of `x` is the built-in `exec`.
bool runs_program(const known_handlers& handlers, const configured_group& x);

/// All that is wrong with the `handler-init-args` of `x`, if its handler is a
/// built-in one.
std::vector<std::string> check_init_args(const known_handlers& handlers,
                                         const configured_group& x);

} // namespace cafka::app
