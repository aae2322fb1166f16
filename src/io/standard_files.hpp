#pragma once

#include <string>

namespace cafka::io {

/// Descriptors 0 to 2 that are closed are opened on /dev/null, so that no other
/// file of ours becomes one of them: the client's sockets would be written to
/// then. Before anything else of the program. False: there is no /dev/null.
///
/// A file that is opened here cannot be read where it is standard input, nor
/// written where it is standard output: who needs them asks, and who does not
/// ask gets an error.
bool open_standard_files() noexcept;

/// For what `who` needs standard output for, or input: true where it can be
/// written, or read. False: it was closed, or opened for the other direction,
/// and that was told.
bool require_standard_output(const std::string& who);
bool require_standard_input(const std::string& who);

} // namespace cafka::io
