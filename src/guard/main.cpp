/// `cafka-guard`: the parent of a handler's program. Whatever ends the process
/// that started it, nothing of the program runs on: the guard sees its control
/// pipe end, and kills the program with all that came of it.

#include "guard/report.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using cafka::guard::control_fd;
using cafka::guard::report;
using cafka::guard::status_fd;

/// Its own failures; nobody is there to be told.
constexpr int failed = 125;

void tell(report::kind what, int value) {
  report x{what, value};
  // Where nobody reads it any more, the control pipe has ended, too.
  [[maybe_unused]] auto n = write(status_fd, &x, sizeof(x));
}

/// What a terminal or a service manager sends to all is not for the guard: it
/// ends with its program.
void ignore_signals() {
  for (auto x : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE})
    signal(x, SIG_IGN);
}

[[noreturn]] void become_program(char** args, int errors, pid_t guard) {
  prctl(PR_SET_PDEATHSIG, SIGKILL); // of its one thread: the guard's end
  if (getppid() != guard)
    _exit(failed);
  setsid();
  for (int x = 1; x < NSIG; ++x)
    signal(x, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  close_range(3, static_cast<unsigned>(errors) - 1, 0);
  report x{report::kind::folder_error, 0};
  if (args[0][0] == '\0' || chdir(args[0]) == 0) {
    execv(args[1], args + 2);
    x.what = report::kind::exec_error;
  }
  x.value = errno;
  [[maybe_unused]] auto n = write(errors, &x, sizeof(x));
  _exit(failed);
}

/// -1: there is no such process.
pid_t parent_of(pid_t x) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/%d/status", x);
  auto* file = std::fopen(path, "re");
  if (file == nullptr)
    return -1;
  pid_t result = -1;
  char line[256];
  while (result == -1 && std::fgets(line, sizeof(line), file) != nullptr)
    if (std::sscanf(line, "PPid: %d", &result) != 1)
      result = -1;
  std::fclose(file);
  return result;
}

/// Where the kernel lists no children. False: there is no list of processes.
bool kill_children_of_all() {
  auto* all = opendir("/proc");
  if (all == nullptr)
    return false;
  auto knows = false;
  auto self = getpid();
  while (auto* entry = readdir(all)) {
    auto pid = static_cast<pid_t>(std::atoi(entry->d_name));
    knows = knows || pid == self;
    if (pid > 0 && parent_of(pid) == self)
      kill(pid, SIGKILL);
  }
  closedir(all);
  return knows;
}

/// Children: the program, and what it left when it ended. False: which there
/// are is not known, as there is no /proc.
bool kill_children() {
  auto* file = std::fopen("/proc/thread-self/children", "re");
  if (file == nullptr)
    return kill_children_of_all();
  int pid = 0;
  while (std::fscanf(file, "%d", &pid) == 1)
    kill(pid, SIGKILL);
  std::fclose(file);
  return true;
}

/// Ends all that came of the program, and takes its status. The end of one may
/// leave others, which are children then: until there are none. Where they are
/// not known, those outside of the program's group are not waited for.
int end_all(pid_t program) {
  int result = 0;
  auto is_there = true; // its number is nobody else's
  for (;;) {
    if (is_there)
      kill(-program, SIGKILL);
    auto knows = kill_children();
    int status = 0;
    auto pid = waitpid(knows ? -1 : program, &status, 0);
    if (pid == -1 && errno == ECHILD)
      return result;
    if (pid == program) {
      result = status;
      is_there = false;
    }
  }
}

[[noreturn]] void tell_end(int status) {
  if (WIFSIGNALED(status))
    tell(report::kind::signalled, WTERMSIG(status));
  else
    tell(report::kind::exited, WEXITSTATUS(status));
  _exit(0);
}

/// Children that ended; the end of the program is the end.
void reap(pid_t program) {
  for (;;) {
    siginfo_t x{};
    if (waitid(P_ALL, 0, &x, WEXITED | WNOHANG | WNOWAIT) != 0 || x.si_pid == 0)
      return;
    if (x.si_pid == program)
      tell_end(end_all(program));
    waitpid(x.si_pid, nullptr, 0);
  }
}

void obey(pid_t program) {
  char command = 0;
  auto n = read(control_fd, &command, 1);
  if (n == 1 && command == cafka::guard::terminate)
    kill(-program, SIGTERM);
  else if (n != -1 || errno != EINTR)
    tell_end(end_all(program)); // also where its starter is gone
}

/// The program runs as soon as its end of the pipe is closed.
bool started(pid_t program, int errors) {
  report x{};
  if (read(errors, &x, sizeof(x)) == sizeof(x)) {
    tell(x.what, x.value);
    _exit(0);
  }
  close(errors);
  tell(report::kind::started, program);
  return true;
}

[[noreturn]] void watch(pid_t program, int errors, int ends) {
  pollfd asked[]{
    {control_fd, POLLIN, 0}, {ends, POLLIN, 0}, {errors, POLLIN, 0}};
  for (;;) {
    if (poll(asked, 3, -1) == -1)
      continue; // interrupted
    if (asked[2].revents != 0 && started(program, errors))
      asked[2].fd = -1;
    if (asked[0].revents != 0)
      obey(program);
    signalfd_siginfo x;
    if (asked[1].revents != 0 && asked[2].fd == -1
        && read(ends, &x, sizeof(x)) > 0)
      reap(program);
  }
}

} // namespace

int main(int argc, char** argv) {
  // Folder, path and at least argv[0].
  if (argc < 4)
    return failed;
  ignore_signals();
  close_range(status_fd + 1, ~0u, 0);
  fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  fcntl(status_fd, F_SETFD, FD_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setsid(); // a terminal's signals are for its foreground
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGCHLD);
  signal(SIGCHLD, SIG_DFL);
  sigprocmask(SIG_SETMASK, &ends, nullptr);
  auto end_fd = signalfd(-1, &ends, SFD_CLOEXEC);
  int errors[2];
  if (end_fd == -1 || pipe2(errors, O_CLOEXEC) != 0)
    return failed;
  auto guard = getpid();
  auto program = fork();
  if (program == -1) {
    tell(report::kind::exec_error, errno);
    return failed;
  }
  if (program == 0)
    become_program(argv + 1, errors[1], guard);
  close(errors[1]);
  // The program's pipes are the program's alone: their ends must be seen.
  auto nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (auto x : {0, 1, 2})
    dup2(nothing, x);
  watch(program, errors[0], end_fd);
}
