#include "exec/guarded_program.hpp"

#include "guard/report.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace cafka::exec {

namespace {

/// Above all that the guard has: a descriptor that is moved to its place there
/// must not stand in the place of another.
constexpr int first_free = guard::status_fd + 1;

/// Of those to and from the guard, through which bytes go one by one: a page,
/// as little as there is. All pipes of a user share a quota
/// (fs.pipe-user-pages-soft), behind which each new one has two pages.
constexpr int guard_pipe_bytes = 4'096;

struct pipe_ends {
  descriptor read;
  descriptor write;
};

/// False: there are no descriptors left.
bool make_pipe(pipe_ends& to) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0)
    return false;
  to.read = descriptor{fds[0]};
  to.write = descriptor{fds[1]};
  for (auto* x : {&to.read, &to.write})
    if (x->get() < first_free)
      *x = descriptor{fcntl(x->get(), F_DUPFD_CLOEXEC, first_free)};
  return to.read.open() && to.write.open();
}

void do_not_wait(const descriptor& x) {
  fcntl(x.get(), F_SETFL, fcntl(x.get(), F_GETFL) | O_NONBLOCK);
}

std::vector<char*> pointers(const std::vector<std::string>& xs) {
  std::vector<char*> result;
  for (auto& x : xs)
    result.push_back(const_cast<char*>(x.c_str()));
  result.push_back(nullptr);
  return result;
}

/// 0, or errno.
int spawn_guard(const launch& what, const std::array<int, 5>& fds, pid_t& pid) {
  std::vector<std::string> words{"cafka-guard", what.directory, what.program};
  words.insert(words.end(), what.arguments.begin(), what.arguments.end());
  auto argv = pointers(words);
  auto environment = pointers(what.environment);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  for (std::size_t i = 0; i < fds.size(); ++i)
    posix_spawn_file_actions_adddup2(&files, fds[i], static_cast<int>(i));
  auto result = posix_spawn(&pid, what.guard.c_str(), &files, nullptr,
                            argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  return result;
}

} // namespace

descriptor::descriptor(descriptor&& x) noexcept
  : fd_(std::exchange(x.fd_, -1)) {
}

descriptor& descriptor::operator=(descriptor&& x) noexcept {
  std::swap(fd_, x.fd_);
  return *this;
}

descriptor::~descriptor() {
  close();
}

void descriptor::close() noexcept {
  if (fd_ != -1)
    ::close(std::exchange(fd_, -1));
}

std::string start(const launch& what, guarded_program& result) {
  pipe_ends in, out, err, control, status;
  for (auto* x : {&in, &out, &err, &control, &status})
    if (!make_pipe(*x))
      return std::string{"cannot start "} + what.program
             + ": no pipe: " + std::strerror(errno);
  for (auto* x : {&control, &status})
    fcntl(x->write.get(), F_SETPIPE_SZ, guard_pipe_bytes);
  auto failure = spawn_guard(what,
                             {in.read.get(), out.write.get(), err.write.get(),
                              control.read.get(), status.write.get()},
                             result.guard);
  if (failure != 0)
    return "cannot start " + what.guard + ": " + std::strerror(failure);
  result.input = std::move(in.write);
  result.output = std::move(out.read);
  result.errors = std::move(err.read);
  result.control = std::move(control.write);
  result.status = std::move(status.read);
  for (auto* x : {&result.input, &result.output, &result.errors,
                  &result.control, &result.status})
    do_not_wait(*x);
  return {};
}

ssize_t write_quietly(int fd, const char* data, std::size_t size) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  auto result = write(fd, data, size);
  auto error = errno;
  if (result == -1 && error == EPIPE && sigismember(&before, SIGPIPE) == 0) {
    timespec at_once{};
    sigtimedwait(&pipe_signal, nullptr, &at_once); // sent to this thread
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return result;
}

} // namespace cafka::exec
