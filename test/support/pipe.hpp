#pragma once

#include <algorithm>
#include <climits>
#include <csignal>
#include <stdexcept>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cafka::test {

/// A pipe whose ends a test closes when it wants, or else with it.
struct a_pipe {
  a_pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipe");
  }
  ~a_pipe() {
    close_end(0);
    close_end(1);
  }
  a_pipe(const a_pipe&) = delete;
  a_pipe& operator=(const a_pipe&) = delete;

  void close_end(int i) {
    if (ends[i] != -1)
      close(std::exchange(ends[i], -1));
  }

  /// Puts in what there is room for, and gives it back.
  std::string fill() const {
    auto flags = fcntl(ends[1], F_GETFL);
    fcntl(ends[1], F_SETFL, flags | O_NONBLOCK);
    const std::string piece(PIPE_BUF, '.'); // goes in whole or not at all
    std::string result;
    while (write(ends[1], piece.data(), piece.size()) > 0)
      result += piece;
    fcntl(ends[1], F_SETFL, flags);
    return result;
  }

  /// `most` bytes, or all until the pipe has no writer any more.
  std::string read_all(std::size_t most = std::string::npos) const {
    std::string result;
    char buffer[PIPE_BUF];
    while (result.size() < most) {
      auto n = read(ends[0], buffer,
                    std::min(sizeof(buffer), most - result.size()));
      if (n <= 0)
        break;
      result.append(buffer, static_cast<std::size_t>(n));
    }
    return result;
  }

  int ends[2];
};

} // namespace cafka::test
