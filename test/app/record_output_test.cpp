#include "app/record_output.hpp"

#include "support/catch.hpp"

#include <fcntl.h>
#include <thread>
#include <unistd.h>

using cafka::app::record_output;

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
