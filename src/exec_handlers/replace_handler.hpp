#pragma once

#include <caf/settings.hpp>

#include <string>
#include <vector>

namespace cafka::exec_handlers {

/// Which group of `content`, the settings of a config file, is meant: `group`
/// by its name, of those that stand at `paths`; empty: the only one. What is
/// wrong; empty: nothing, and `path` is where it stands.
std::string find_group(const caf::settings& content,
                       const std::vector<std::string>& paths,
                       const std::string& group, std::string& path);

/// Removes the `handler-init-args` of the group at `path` where they are
/// another handler's than `exec`. False: they are its own.
bool drop_other_arguments(caf::settings& content, const std::string& path);

/// Lets the group at `path` run `command`. Other arguments stay.
void set_program(caf::settings& content, const std::string& path,
                 const std::vector<std::string>& command);

} // namespace cafka::exec_handlers
