#pragma once

#include <array>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cafka::exec {

/// A file descriptor that is closed once.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_(fd) {
  }
  descriptor(descriptor&& x) noexcept;
  descriptor& operator=(descriptor&& x) noexcept;
  ~descriptor();

  int get() const noexcept {
    return fd_;
  }
  bool open() const noexcept {
    return fd_ != -1;
  }
  void close() noexcept;

private:
  int fd_ = -1;
};

/// What a process is started with.
struct launch {
  std::string guard;                    ///< path of `cafka-guard`
  std::string program;                  ///< absolute path
  std::vector<std::string> arguments;   ///< from `argv[0]` on
  std::string directory;                ///< empty: that of this process
  std::vector<std::string> environment; ///< all of it, `NAME=value`
};

/// A guard with its program; the ends of the pipes that are ours, none of which
/// waits.
struct guarded_program {
  pid_t guard = -1;
  descriptor input;   ///< to the program's standard input
  descriptor output;  ///< of its standard output
  descriptor errors;  ///< of its standard error
  descriptor control; ///< to the guard; when it is closed the program is killed
  descriptor status;  ///< of the guard: `guard::report`
};

/// Starts the guard, which starts the program and reports how that went. The
/// error is a text; empty: there is none. Any thread; nothing is forked.
std::string start(const launch& what, guarded_program& result);

/// Writes like write(2), but to a pipe without a reader is an error and no
/// signal, whatever the process does with SIGPIPE.
ssize_t write_quietly(int fd, const char* data, std::size_t size);

} // namespace cafka::exec
