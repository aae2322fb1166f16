#pragma once

#include <caf/settings.hpp>

#include <string>
#include <vector>

namespace cafka::exec_handlers {

/// Lets a group of `content`, the settings of a config file, run `command`:
/// `group` by its name, of those that stand at `paths`; empty: the only one.
/// Other arguments of a program stay. What is wrong; empty: nothing.
std::string replace_handler(caf::settings& content,
                            const std::vector<std::string>& paths,
                            const std::string& group,
                            const std::vector<std::string>& command);

} // namespace cafka::exec_handlers
