#pragma once

#include "support/scratch_directory.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cafka::test {

/// What a program finds on its standard input, and how long it may run.
struct app_input {
  std::string text; ///< less than a pipe holds, 64 KiB
  bool ends = true; ///< false: more may come, see `type` and `end_input`
  /// Standard error is full and not read, until `read_error`.
  bool error_is_held = false;
  /// What runs for longer is killed. It takes a small part of it on a machine
  /// of its own. Below the time that ctest gives a test.
  std::chrono::seconds limit{110};
};

/// A run of a program. What it writes is read all the time; a run that takes
/// too long is killed, which fails the test by its exit code.
class app_process {
public:
  explicit app_process(const std::vector<std::string>& args,
                       const app_input& input = {})
    : deadline_(std::chrono::steady_clock::now() + input.limit) {
    int in[2];
    int out[2];
    int err[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0
        || pipe2(err, O_CLOEXEC) != 0)
      throw std::runtime_error("no pipes");
    if (input.error_is_held)
      fill(err[1]);
    pid_ = fork();
    if (pid_ == 0)
      become(args, in[0], out[1], err[1]);
    for (auto x : {in[0], out[1], err[1]})
      close(x);
    streams_[0].fd = out[0];
    streams_[1].fd = err[0];
    streams_[1].held = input.error_is_held;
    feed(in[1], input);
  }
  ~app_process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      wait();
    }
    end_input();
  }
  app_process(const app_process&) = delete;
  app_process& operator=(const app_process&) = delete;

  /// Waits until standard output has `text` so many times; false: it ended
  /// before.
  bool await_output(std::string_view text, int times = 1) {
    return await(out(), text, times);
  }
  /// The same for standard error.
  bool await_error(std::string_view text, int times = 1) {
    return await(err(), text, times);
  }
  /// How often standard output has `text` by now.
  int count_output(std::string_view text) const {
    return count(out(), text);
  }

  /// Reads what is there, without waiting; false: both streams have ended.
  bool read_now() {
    for (auto before = size();; before = size()) {
      if (!read_some(std::chrono::milliseconds{0}))
        return false;
      if (size() == before)
        return true;
    }
  }
  /// What there is to wait for with poll(2): -1 for an ended stream.
  int output_handle() const {
    return streams_[0].is_read() ? streams_[0].fd : -1;
  }

  /// From now on nobody reads standard output, so that its pipe fills up.
  void hold_output() {
    streams_[0].ended = true;
  }
  /// The same for standard error.
  void hold_error() {
    streams_[1].ended = true;
  }
  /// From now on standard error is read, which it was not so far.
  void read_error() {
    streams_[1].held = false;
  }
  /// Nobody ever will read standard output.
  void close_output() {
    hold_output();
    close(std::exchange(streams_[0].fd, -1));
  }

  void type(const std::string& line) const {
    write_all(in_, line + "\n");
  }
  /// From now on the program reads an end of file.
  void end_input() {
    if (in_ != -1)
      close(std::exchange(in_, -1));
  }

  void send(int signal) const {
    kill(pid_, signal);
  }

  /// The exit code; 128 + the signal that ended it.
  int wait() {
    while (read_some()) {
      // nop
    }
    await_exit();
    int status = 0;
    wait4(std::exchange(pid_, -1), &status, 0, &used_);
    for (auto& x : streams_)
      if (x.fd != -1)
        close(std::exchange(x.fd, -1));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  pid_t id() const {
    return pid_;
  }
  /// Processor time and memory of a run that was waited for.
  const rusage& used() const {
    return used_;
  }

  const std::string& out() const {
    return streams_[0].text;
  }
  const std::string& err() const {
    return streams_[1].text;
  }
  /// What `out` and `err` have, which they forget: a run that writes for hours
  /// takes no more memory than its reader wants.
  std::string take_output() {
    return std::exchange(streams_[0].text, {});
  }
  std::string take_error() {
    return std::exchange(streams_[1].text, {});
  }

private:
  struct stream {
    int fd = -1;
    bool ended = false;
    bool held = false; // not read for now
    std::string text;

    bool is_read() const {
      return !ended && !held;
    }
  };

  std::size_t size() const {
    return out().size() + err().size();
  }

  static int count(const std::string& in, std::string_view text) {
    int result = 0;
    for (auto at = in.find(text); at != std::string::npos;
         at = in.find(text, at + text.size()))
      ++result;
    return result;
  }

  void feed(int to, const app_input& input) {
    in_ = to;
    write_all(in_, input.text);
    if (input.ends)
      end_input();
  }

  /// Until a write would wait.
  static void fill(int pipe) {
    auto flags = fcntl(pipe, F_GETFL);
    fcntl(pipe, F_SETFL, flags | O_NONBLOCK);
    const std::string line(PIPE_BUF, '\n'); // goes in whole or not at all
    while (write(pipe, line.data(), line.size()) > 0) {
      // nop
    }
    fcntl(pipe, F_SETFL, flags);
  }

  static void write_all(int to, const std::string& text) {
    if (write(to, text.data(), text.size())
        != static_cast<ssize_t>(text.size()))
      throw std::runtime_error("the input is longer than a pipe holds");
  }

  /// Where nobody reads the streams the end is all there is to see.
  void await_exit() const {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
    auto end = syscall(SYS_pidfd_open, pid_,
                       0); // glibc 2.36 cannot link its own
    pollfd asked{static_cast<int>(end), POLLIN, 0};
    if (poll(&asked, 1, static_cast<int>(std::max(left, left.zero()).count()))
        == 0)
      kill(pid_, SIGKILL);
    close(asked.fd);
  }

  bool await(const std::string& in, std::string_view text, int times) {
    while (count(in, text) < times)
      if (!read_some())
        return false;
    return true;
  }

  [[noreturn]] static void become(const std::vector<std::string>& args, int in,
                                  int out, int err) {
    std::vector<char*> argv;
    for (auto& x : args)
      argv.push_back(const_cast<char*>(x.c_str()));
    argv.push_back(nullptr);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // whatever ends the test ends it
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }

  /// False: both streams have ended.
  bool
  read_some(std::chrono::milliseconds most = std::chrono::milliseconds::max()) {
    if (streams_[0].ended && streams_[1].ended)
      return false;
    pollfd asked[2];
    for (int i = 0; i < 2; ++i)
      asked[i] = {streams_[i].is_read() ? streams_[i].fd : -1, POLLIN, 0};
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
    auto overdue = left.count() <= 0;
    if (overdue)
      kill(pid_, SIGKILL); // both streams end with it
    poll(asked, 2,
         overdue ? -1 : static_cast<int>(std::min(left, most).count()));
    for (int i = 0; i < 2; ++i)
      if (asked[i].revents != 0)
        read_from(streams_[i]);
    return true;
  }

  static void read_from(stream& x) {
    char buffer[4096];
    auto n = ::read(x.fd, buffer, sizeof(buffer));
    if (n > 0)
      x.text.append(buffer, static_cast<std::size_t>(n));
    else
      x.ended = true;
  }

  std::chrono::steady_clock::time_point deadline_;
  pid_t pid_ = -1;
  rusage used_{};
  int in_ = -1; // what keeps standard input from its end
  stream streams_[2];
};

} // namespace cafka::test
