#include "io/log_reader.hpp"

#include "support/catch.hpp"
#include "support/pipe.hpp"

#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

using namespace cafka::test;
using cafka::io::look_for;

namespace {

/// The end of a terminal that programs write to.
struct a_terminal {
  a_terminal() : master(posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(master != -1);
    REQUIRE(grantpt(master) == 0);
    REQUIRE(unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    REQUIRE(slave != -1);
  }
  ~a_terminal() {
    close(slave);
    close(master);
  }
  a_terminal(const a_terminal&) = delete;
  a_terminal& operator=(const a_terminal&) = delete;

  int master;
  int slave = -1;
};

/// As systemd writes it.
std::string journal_stream_of(int fd) {
  struct stat file {};
  REQUIRE(fstat(fd, &file) == 0);
  return std::to_string(file.st_dev) + ':' + std::to_string(file.st_ino);
}

} // namespace

TEST_CASE("lines get priorities where standard error is the journal") {
  a_pipe journal;
  a_pipe other;
  setenv("JOURNAL_STREAM", journal_stream_of(journal.ends[1]).c_str(), 1);
  CHECK(look_for(journal.ends[1]).priorities);
  CHECK_FALSE(look_for(other.ends[1]).priorities); // it was only inherited
  for (auto wrong : {"", "x", "1:2:3", "8:99999999"}) {
    setenv("JOURNAL_STREAM", wrong, 1);
    CHECK_FALSE(look_for(journal.ends[1]).priorities);
  }
  unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(look_for(journal.ends[1]).priorities);
}

TEST_CASE("a terminal gets short times, and colours unless NO_COLOR says no") {
  a_terminal terminal;
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  CHECK(look_for(terminal.slave).short_time);
  CHECK(look_for(terminal.slave).colours);
  setenv("NO_COLOR", "", 1); // empty: it says nothing
  CHECK(look_for(terminal.slave).colours);
  setenv("NO_COLOR", "1", 1);
  CHECK(look_for(terminal.slave).short_time);
  CHECK_FALSE(look_for(terminal.slave).colours);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  CHECK_FALSE(look_for(terminal.slave).colours);
  a_pipe p;
  CHECK_FALSE(look_for(p.ends[1]).short_time);
  CHECK_FALSE(look_for(p.ends[1]).colours);
}
