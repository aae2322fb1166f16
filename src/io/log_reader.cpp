#include "io/log_reader.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace cafka::io {

namespace {

std::string_view variable(const char* name) {
  auto* found = std::getenv(name);
  return found ? found : "";
}

bool is_journal(int fd) {
  struct stat file {};
  return fstat(fd, &file) == 0
         && variable("JOURNAL_STREAM")
              == std::to_string(file.st_dev) + ':'
                   + std::to_string(file.st_ino);
}

} // namespace

core::log_look look_for(int fd) {
  if (isatty(fd) != 1)
    return {.priorities = is_journal(fd)};
  auto colours = variable("NO_COLOR").empty() && variable("TERM") != "dumb";
  return {.short_time = true, .colours = colours};
}

} // namespace cafka::io
