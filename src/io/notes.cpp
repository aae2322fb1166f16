#include "io/notes.hpp"

#include "core/text_field.hpp"
#include "io/note_writer.hpp"

#include <utility>

#include <unistd.h>

namespace cafka::io {

namespace {

/// Beyond what a line waits for its reader: for a write that waits although
/// there was room, because others write there, too.
constexpr auto flush_limit = std::chrono::seconds{5};

/// Never destroyed: its thread may be within a write when the program ends.
note_writer& standard_error() {
  static auto& result = *new note_writer{STDERR_FILENO};
  return result;
}

} // namespace

void print_note(const std::string& line) {
  print_text(escaped(line) + "\n");
}

void print_text(std::string text) {
  standard_error().add(std::move(text));
}

void on_dropped(std::function<std::string(std::size_t count)> tell) {
  standard_error().on_dropped(std::move(tell));
}

void await_printed() {
  standard_error().flush(flush_limit);
}

} // namespace cafka::io
