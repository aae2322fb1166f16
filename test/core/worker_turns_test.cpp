// Each arrow of the chart.
#include "core/worker_turns.hpp"

#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::core;

namespace {

using state = worker_turns::state;

/// A worker that waits for what comes behind offset 7.
worker_turns waiting() {
  worker_turns result{false};
  result.wait(7);
  return result;
}

} // namespace

TEST_CASE("a worker reads from the first on where nothing is retained") {
  CHECK(worker_turns{true}.reads());
  worker_turns uut{false};
  CHECK(uut.at() == state::retained);
  uut.go_on(false);
  CHECK(uut.at() == state::retained);
  uut.go_on(true);
  CHECK(uut.reads());
}

TEST_CASE("a worker of whose batch some comes again reads no more meanwhile") {
  worker_turns uut{true};
  uut.call_ended(false, false);
  CHECK(uut.reads());
  uut.call_ended(true, false);
  CHECK(uut.at() == state::retained);
}

TEST_CASE("a worker that may not go on waits, and says once behind what") {
  auto uut = GENERATE(worker_turns{true}, worker_turns{false});
  CHECK_FALSE(uut.take_wait());
  uut.wait(7);
  CHECK(uut.at() == state::waiting);
  CHECK_FALSE(uut.reads());
  CHECK(uut.take_wait() == 7);
  CHECK_FALSE(uut.take_wait());
  CHECK(uut.at() == state::retained);
}

TEST_CASE("a worker that waits goes on as it is told") {
  auto reads = GENERATE(true, false);
  auto uut = waiting();
  uut.go_on(reads);
  CHECK(uut.reads() == reads);
  CHECK_FALSE(uut.take_wait()); // it was told already
}

TEST_CASE("nothing leads out of the end of a worker's turns") {
  auto is_void = GENERATE(true, false);
  auto uut = GENERATE(worker_turns{true}, worker_turns{false}, waiting());
  uut.end(is_void);
  CHECK(uut.is_over());
  CHECK(uut.is_void() == is_void);
  uut.go_on(true);
  uut.wait(3);
  uut.call_ended(true, false);
  uut.end(!is_void);
  CHECK_FALSE(uut.reads());
  CHECK_FALSE(uut.take_wait());
  CHECK(uut.is_void() == is_void);
}

TEST_CASE("from the second call in a row that acks nothing the next is put "
          "off") {
  worker_turns uut{true};
  uut.call_ended(true, true);
  CHECK_FALSE(uut.puts_off());
  uut.call_ended(true, true);
  CHECK(uut.puts_off());
  CHECK_FALSE(uut.puts_off()); // it was
  uut.call_ended(true, true);
  CHECK(uut.puts_off());
  uut.call_ended(true, false);
  uut.call_ended(true, true);
  CHECK_FALSE(uut.puts_off());
}
