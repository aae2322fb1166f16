#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cafka::test {

/// A run of a program on a terminal of its own.
class terminal_process {
public:
  explicit terminal_process(const std::vector<std::string>& args,
                            unsigned short lines = 24,
                            unsigned short columns = 80) {
    winsize size{lines, columns, 0, 0};
    pid_ = forkpty(&fd_, nullptr, nullptr, &size);
    if (pid_ < 0)
      throw std::runtime_error("no terminal");
    if (pid_ == 0)
      become(args);
  }
  ~terminal_process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(fd_);
  }
  terminal_process(const terminal_process&) = delete;
  terminal_process& operator=(const terminal_process&) = delete;

  /// Reads until `text` has come behind what was awaited last; false: the
  /// program ended, or nothing came for too long.
  bool await(std::string_view text) {
    for (;;) {
      if (auto at = got_.find(text, seen_); at != std::string::npos) {
        seen_ = at + text.size();
        return true;
      }
      if (!read_some())
        return false;
    }
  }
  void type(std::string_view text) const {
    if (write(fd_, text.data(), text.size())
        != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the terminal takes nothing");
  }
  /// The exit code; 128 + the signal that ended it.
  int wait() {
    while (read_some()) {
      // nop
    }
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  /// All that it wrote.
  const std::string& got() const {
    return got_;
  }

private:
  [[noreturn]] static void become(const std::vector<std::string>& args) {
    std::vector<char*> argv;
    for (auto& x : args)
      argv.push_back(const_cast<char*>(x.c_str()));
    argv.push_back(nullptr);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    execv(argv[0], argv.data());
    _exit(127);
  }
  bool read_some() {
    constexpr int limit_ms = 60'000;
    pollfd asked{fd_, POLLIN, 0};
    char buffer[4'096];
    if (poll(&asked, 1, limit_ms) <= 0)
      return false;
    auto n = read(fd_, buffer, sizeof buffer);
    if (n <= 0) // EIO: nobody has the other side any more
      return false;
    got_.append(buffer, static_cast<std::size_t>(n));
    return true;
  }

  int fd_ = -1;
  pid_t pid_ = -1;
  std::string got_;
  std::size_t seen_ = 0;
};

} // namespace cafka::test
