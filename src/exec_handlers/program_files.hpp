#pragma once

#include <string>

namespace cafka::exec_handlers {

/// Where the program `name` is, as an absolute path: in `PATH` where it has no
/// slash. The error names what is not there, or may not be run; empty: none.
std::string find_program(const std::string& name, std::string& result);

/// Where `cafka-guard` is: `asked`, unless that is empty. The error says where
/// it was looked for.
std::string find_guard(const std::string& asked, std::string& result);

/// True for the empty path, too.
bool is_folder(const std::string& path);

} // namespace cafka::exec_handlers
