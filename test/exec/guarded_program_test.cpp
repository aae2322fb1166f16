#include "exec/guarded_program.hpp"

#include "support/catch.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace cafka::exec;

TEST_CASE("a write to a pipe that nobody reads is an error and no signal") {
  auto before = signal(SIGPIPE, SIG_DFL);
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  descriptor to{fds[1]};
  close(fds[0]);
  CHECK(write_quietly(to.get(), "x", 1) == -1);
  CHECK(errno == EPIPE);
  sigset_t pending;
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
  signal(SIGPIPE, before);
}

TEST_CASE("a process takes no more of the user's pipes than it needs") {
  launch what;
  what.guard = CAFKA_GUARD;
  what.program = "/bin/true";
  what.arguments = {"true"};
  guarded_program x;
  REQUIRE(start(what, x).empty());
  for (auto* each : {&x.input, &x.output, &x.errors})
    CHECK(fcntl(each->get(), F_GETPIPE_SZ) <= 65'536);
  for (auto* each : {&x.control, &x.status})
    CHECK(fcntl(each->get(), F_GETPIPE_SZ) <= 8'192);
  auto guard = x.guard;
  x.control.close();
  CHECK(waitpid(guard, nullptr, 0) == guard);
}
