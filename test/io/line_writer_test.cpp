#include "io/line_writer.hpp"

#include "support/catch.hpp"
#include "support/pipe.hpp"

#include <thread>

using namespace std::chrono_literals;
using namespace cafka::test;
using cafka::io::line_writer;

TEST_CASE("lines are written in the order in which they were added") {
  a_pipe p;
  line_writer out{p.ends[1]};
  std::string expected;
  for (int i = 0; i < 1'000; ++i) {
    auto line = std::to_string(i) + "\n";
    expected += line;
    out.add(line);
  }
  CHECK(out.await(out.add("last\n")));
  CHECK(p.read_all(expected.size() + 5) == expected + "last\n");
  CHECK(out.failure().empty());
}

TEST_CASE("adding lines does not wait for a reader, but awaiting them does") {
  a_pipe p;
  const std::string much(1'000'000, '\n'); // more than the pipe holds
  line_writer out{p.ends[1]};
  auto first = out.add(much);
  auto second = out.add("behind\n");
  CHECK_FALSE(out.await_all(0ms));
  std::string read;
  std::thread reader{[&] { read = p.read_all(much.size() + 7); }};
  CHECK(out.await(first));
  CHECK(out.await(second));
  CHECK(out.await_all(0ms));
  reader.join();
  CHECK(read == much + "behind\n");
}

TEST_CASE("lines that nobody can read any more are a failure for who awaits") {
  std::signal(SIGPIPE, SIG_IGN);
  a_pipe p;
  p.close_end(0);
  line_writer out{p.ends[1]};
  CHECK_FALSE(out.await(out.add("lost\n")));
  CHECK(out.failure() == "Broken pipe");
  CHECK_FALSE(out.await(out.add("lost, too\n")));
  CHECK_FALSE(out.await_all(1h));
}

TEST_CASE("who is done with a writer does not wait for its reader") {
  a_pipe p;
  auto filled = p.fill();
  {
    line_writer out{p.ends[1]};
    out.add("late\n");
  }
  CHECK(p.read_all(filled.size() + 5) == filled + "late\n");
}
