#pragma once

#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace cafka::test {

/// The standard input of programs that are started while it lives.
class keyboard {
public:
  keyboard() : own_input_(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    input_ = ends[1];
  }
  ~keyboard() {
    end();
    dup2(own_input_, STDIN_FILENO);
    close(own_input_);
  }
  keyboard(const keyboard&) = delete;
  keyboard& operator=(const keyboard&) = delete;

  void type(const std::string& line) const {
    auto bytes = line + "\n";
    if (write(input_, bytes.data(), bytes.size())
        != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("not typed: " + line);
  }

  /// From now on the program reads an end of file.
  void end() {
    if (input_ >= 0)
      close(input_);
    input_ = -1;
  }

private:
  int own_input_;
  int input_ = -1;
};

} // namespace cafka::test
