#pragma once

#include "io/record_output.hpp"

#include <cafka/config_file.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cafka::app {

/// The handlers of the program, for `handler` of a config file:
/// - `print` writes a JSON object per record to `out`, and acks what was
///   written; `handler-init-args { encoding = "base64" }` writes all bytes in
///   base64, "text", the default, only those that are no UTF-8.
/// - `count` acks; it is counted what every handler gets.
handler_registry make_handlers(std::shared_ptr<io::record_output> out);

/// What is wrong with the `handler-init-args` of `x`.
std::vector<std::string> check_init_args(const configured_group& x);

} // namespace cafka::app
