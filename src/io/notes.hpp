#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace cafka::io {

/// A line on standard error. Waits for no reader, and tells later how many
/// lines were dropped because there was none, see `note_writer`. Control
/// characters are escaped: it stays one line. Any thread.
void print_note(const std::string& line);

/// As above, for some lines, or for what a terminal shows in between: `text` is
/// written as it is.
void print_text(std::string text);

/// How many lines were dropped is told by `tell` from now on, which makes a
/// line without its newline; see `note_writer`.
void on_dropped(std::function<std::string(std::size_t count)> tell);

/// Waits until all that was told is written or dropped. For the end of the
/// program, which takes what is told no further.
void await_printed();

} // namespace cafka::io
