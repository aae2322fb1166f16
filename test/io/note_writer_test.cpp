#include "io/note_writer.hpp"

#include "support/catch.hpp"
#include "support/pipe.hpp"

#include <thread>

using namespace std::chrono_literals;
using namespace cafka::test;
using cafka::io::note_writer;

namespace {

/// Far more than any test waits.
constexpr auto patience = 60s;

/// All that comes until the pipe has no writer any more.
std::string rest_of(a_pipe& p) {
  p.close_end(1);
  return p.read_all();
}

} // namespace

TEST_CASE("notes are written in order, and nobody waits for it") {
  a_pipe p;
  note_writer notes{p.ends[1]};
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    auto line = std::to_string(i) + "\n";
    expected += line;
    notes.add(line);
  }
  CHECK(notes.flush(patience));
  CHECK(rest_of(p) == expected);
}

TEST_CASE("notes for which there is no room in time are dropped and counted") {
  a_pipe p;
  auto filled = p.fill();
  note_writer notes{p.ends[1], 1ms};
  notes.add("one\n");
  notes.add("two\n");
  REQUIRE(notes.flush(patience)); // dropped, both of them
  CHECK(p.read_all(filled.size()) == filled);
  notes.add("three\n");
  CHECK(notes.flush(patience));
  CHECK(rest_of(p)
        == "2 lines were dropped: nobody took them in time\nthree\n");
}

TEST_CASE("what was dropped is told in the words of the log") {
  a_pipe p;
  auto filled = p.fill();
  note_writer notes{p.ends[1], 1ms};
  notes.on_dropped([](std::size_t count) {
    return "{\"event\":\"lines_dropped\",\"count\":" + std::to_string(count)
           + "}";
  });
  notes.add("one\n");
  REQUIRE(notes.flush(patience)); // dropped
  CHECK(p.read_all(filled.size()) == filled);
  notes.add("two\n");
  CHECK(notes.flush(patience));
  CHECK(rest_of(p) == "{\"event\":\"lines_dropped\",\"count\":1}\ntwo\n");
}

TEST_CASE("the oldest notes of a full queue are dropped and counted") {
  a_pipe p;
  auto filled = p.fill();
  note_writer notes{p.ends[1], 1h};
  constexpr auto count = note_writer::lines_max + 10;
  for (std::size_t i = 0; i < count; ++i)
    notes.add(std::to_string(i) + "\n");
  CHECK_FALSE(notes.flush(0ms));
  std::string read;
  std::thread reader{[&] { read = p.read_all(); }};
  CHECK(notes.flush(patience));
  p.close_end(1);
  reader.join();
  CHECK(read.find(" lines were dropped") != std::string::npos);
  CHECK(read.find("\n" + std::to_string(count - 1) + "\n")
        != std::string::npos);
}

TEST_CASE("a note that lost its rest stays apart from the next one") {
  a_pipe p;
  auto filled = p.fill();
  note_writer notes{p.ends[1], 1ms};
  REQUIRE(p.read_all(PIPE_BUF).size() == PIPE_BUF); // room for one piece
  notes.add(std::string(3 * PIPE_BUF, 'x') + "\n");
  REQUIRE(notes.flush(patience));
  p.read_all(filled.size());
  notes.add("next\n");
  CHECK(notes.flush(patience));
  CHECK(rest_of(p)
        == "\n1 lines were dropped: nobody took them in time\nnext\n");
}

TEST_CASE("notes that nobody can read any more are lost, and nothing else is") {
  std::signal(SIGPIPE, SIG_IGN);
  a_pipe p;
  p.close_end(0);
  note_writer notes{p.ends[1]};
  notes.add("lost\n");
  CHECK(notes.flush(patience));
}
