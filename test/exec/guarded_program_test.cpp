#include "exec/guarded_program.hpp"

#include "support/catch.hpp"

#include <cerrno>
#include <csignal>

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
