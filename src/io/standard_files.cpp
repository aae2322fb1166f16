#include "io/standard_files.hpp"

#include "io/notes.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace cafka::io {

namespace {

bool is_open(int fd) noexcept {
  return fcntl(fd, F_GETFD) != -1;
}

/// `wrong`: what it is opened for where it is of no use.
bool is_usable(int fd, int wrong) noexcept {
  auto flags = fcntl(fd, F_GETFL);
  return flags != -1 && (flags & O_ACCMODE) != wrong;
}

bool require(bool usable, const std::string& who, const char* what) {
  if (!usable)
    print_note(who + ": " + what);
  return usable;
}

} // namespace

bool open_standard_files() noexcept {
  constexpr int ways[] = {O_WRONLY, O_RDONLY, O_WRONLY}; // 2 may be written
  for (auto fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    // The lowest that is free: those below are open by now.
    if (!is_open(fd) && open("/dev/null", ways[fd]) != fd)
      return false;
  return true;
}

bool require_standard_output(const std::string& who) {
  return require(is_usable(STDOUT_FILENO, O_RDONLY), who,
                 "standard output is closed, or cannot be written; where its "
                 "lines are not wanted it may be /dev/null");
}

bool require_standard_input(const std::string& who) {
  return require(is_usable(STDIN_FILENO, O_WRONLY), who,
                 "standard input is closed, or cannot be read; where there are "
                 "no lines it may be /dev/null");
}

} // namespace cafka::io
