#pragma once

#include "program/exit_code.hpp"

#include <string_view>

namespace CLI {
class App;
} // namespace CLI

namespace cafka::app {

/// A program of its own that stands in the folder of ours, and is also run by a
/// word of ours.
struct program_beside {
  const char* word;
  const char* file;
  const char* description;
};

/// Null: no program has this word.
const program_beside* find_beside(std::string_view word);

/// For `--help`, which names them.
void add_beside(CLI::App& program);

/// Becomes that program, whose arguments begin with the word; returns where it
/// cannot, which was told.
exit_code run_beside(const program_beside& which, char** argv);

} // namespace cafka::app
