#include "io/record_output.hpp"

#include "io/file_tail.hpp"

#include "support/catch.hpp"
#include "support/scratch_directory.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using cafka::io::record_output;
using cafka::test::scratch_directory;

namespace {

/// While it lives no file gets larger: a disk that is full.
class full_disk {
public:
  explicit full_disk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    auto now = before_;
    now.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &now);
  }
  ~full_disk() {
    setrlimit(RLIMIT_FSIZE, &before_);
  }
  full_disk(const full_disk&) = delete;
  full_disk& operator=(const full_disk&) = delete;

private:
  rlimit before_{};
};

/// A file with `text` that a shell would open by `>>`, or by `>` with O_TRUNC.
struct a_file {
  explicit a_file(const std::string& text, int flags = O_APPEND)
    : path(files.write("out", text)),
      fd(open(path.c_str(), O_WRONLY | O_CLOEXEC | flags)) {
    REQUIRE(fd != -1);
  }
  ~a_file() {
    close(fd);
  }
  std::string text() const {
    std::ifstream in{path};
    return {std::istreambuf_iterator{in}, {}};
  }

  scratch_directory files;
  std::string path;
  int fd;
};

} // namespace

TEST_CASE("records wait for a reader where writes do not") {
  int pipe[2];
  REQUIRE(pipe2(pipe, O_CLOEXEC | O_NONBLOCK) == 0);
  fcntl(pipe[0], F_SETFL, 0);
  record_output out{pipe[1]};
  const std::string lines(1'000'000, '\n'); // more than the pipe holds
  std::string failure = "none yet";
  std::thread writer{[&] {
    failure = out.write(lines);
    close(pipe[1]);
  }};
  std::size_t count = 0;
  char buffer[4096];
  for (ssize_t n; (n = read(pipe[0], buffer, sizeof(buffer))) > 0;)
    count += static_cast<std::size_t>(n);
  writer.join();
  close(pipe[0]);
  CHECK(failure.empty());
  CHECK(count == lines.size());
}

TEST_CASE("a line that did not get in whole is cut off a file") {
  auto flags = GENERATE(O_APPEND, O_TRUNC);
  a_file file{"", flags};
  record_output out{file.fd};
  REQUIRE(out.write("one\n").empty());
  {
    full_disk small{10};
    CHECK(out.write("two\nthree\n") == "File too large");
    CHECK(file.text() == "one\ntwo\n"); // whole lines stay
  }
  CHECK(out.write("two\nthree\n").empty());
  CHECK(file.text() == "one\ntwo\ntwo\nthree\n");
}

TEST_CASE("a torn line that others wrote behind is ended, not cut off") {
  a_file file{""};
  record_output out{file.fd};
  {
    full_disk small{6};
    CHECK_FALSE(out.write("one\ntwo\n").empty());
    REQUIRE(file.text() == "one\n");
  }
  // So soon that the tail is no longer ours when it is looked at.
  auto other = open(file.path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  REQUIRE(write(file.fd, "tw", 2) == 2);
  REQUIRE(write(other, "x", 1) == 1);
  close(other);
  CHECK_FALSE(cafka::io::cut_back(file.fd, "tw"));
  CHECK(file.text() == "one\ntwx");
}

TEST_CASE("what a file ends with is looked at before the first line") {
  SECTION("a torn line is ended") {
    a_file file{"torn"};
    record_output out{file.fd};
    CHECK(out.write("one\n").empty());
    CHECK(out.write("two\n").empty());
    CHECK(file.text() == "torn\none\ntwo\n");
  }
  SECTION("a whole line stays as it is") {
    a_file file{"whole\n"};
    CHECK(record_output{file.fd}.write("one\n").empty());
    CHECK(file.text() == "whole\none\n");
  }
  SECTION("of a file that is not appended to it is what is in front") {
    a_file file{"torn, and more", 0};
    REQUIRE(lseek(file.fd, 4, SEEK_SET) == 4);
    CHECK(record_output{file.fd}.write("one\n").empty());
    CHECK(file.text() == "torn\none\n more");
  }
  SECTION("an empty one begins with the first line") {
    a_file file{"", O_TRUNC};
    CHECK(record_output{file.fd}.write("one\n").empty());
    CHECK(file.text() == "one\n");
  }
}
