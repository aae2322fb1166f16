#include "program/confirmation.hpp"

#include "io/notes.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace cafka::app {

bool is_confirmed(const std::string& command, const std::string& text) {
  if (isatty(STDIN_FILENO) == 0) {
    io::print_note(fmt::format("{}: {}. Without a terminal --yes is required",
                               command, text));
    return false;
  }
  fmt::print(stderr, "{}: {}. Go on? [y/N] ", command, text);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

} // namespace cafka::app
