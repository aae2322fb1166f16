#include "support/catch.hpp"
#include "support/run_world.hpp"

#include "program/exit_code.hpp"

#include <fstream>
#include <iostream>

using namespace cafka;
using namespace cafka::test;
using cafka::app::exit_code;
using cafka::app::first_of;

TEST_CASE("of two exit codes of a run the one that says more counts") {
  const exit_code ranking[] = {exit_code::usage,
                               exit_code::gave_up,
                               exit_code::calls_outlived_stop,
                               exit_code::check_failed,
                               exit_code::stood_still,
                               exit_code::ok};
  for (auto x = std::begin(ranking); x != std::end(ranking); ++x)
    for (auto y = x; y != std::end(ranking); ++y) {
      CHECK(first_of(*x, *y) == *x);
      CHECK(first_of(*y, *x) == *x);
    }
}

TEST_CASE("a partition that stands still is told at the stop, and has an exit "
          "code of its own") {
  run_world w{"on-failure { retries = 1, then = [\"stop-partition\"] }\n"
              "restart-backoff-max = 100ms"};
  w.send("k", "v");
  app_process program{
    {"/bin/sh", "-c",
     std::string{"exec "} + CAFKA_PROGRAM + " run " + w.conf + " >/dev/full"}};
  REQUIRE(program.await_error(" worker_exhausted generation="));
  program.send(SIGTERM);
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 7);
  CHECK(
    has(program.err(),
        " warning order-readers orders/0 summary records=0 committed=0: it "
        "stood still at offset 0: handler_failed: standard output: No space "
        "left on device\n"));
}

TEST_CASE("a run that is hung up drains, commits and leaves") {
  run_world w{"commit-interval = 10min"};
  w.send("k", "v");
  app_process program{{CAFKA_PROGRAM, "run", w.conf}};
  REQUIRE(program.await_output("{\"topic\""));
  program.send(SIGHUP);
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 0);
  CHECK(has(output_of({"offsets", w.conf}),
            "order-readers  orders          0          1    1    0\n"));
}

TEST_CASE("a run under nohup is not hung up") {
  run_world w;
  app_process program{
    {"/bin/sh", "-c",
     std::string{"trap '' HUP; exec "} + CAFKA_PROGRAM + " run " + w.conf}};
  REQUIRE(program.await_error(" assigned generation="));
  program.send(SIGHUP);
  w.send("k", "v");
  CHECK(program.await_output("{\"topic\""));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK(has(program.err(), "stopping: "));
}

// The default of a container's first process is to ignore a signal.
TEST_CASE("a second signal ends the first process of a container, too") {
  const std::vector<std::string> contained{
    "/usr/bin/unshare", "--user", "--map-root-user", "--pid", "--fork"};
  auto in_container = [&](std::vector<std::string> args) {
    args.insert(args.begin(), contained.begin(), contained.end());
    return args;
  };
  if (app_process{in_container({"/bin/true"})}.wait() != 0) {
    std::cout << "SKIPPED: this machine allows no namespaces" << std::endl;
    SUCCEED();
    return;
  }
  run_world w{"handler-timeout = 100ms"};
  w.send_much();
  app_process program{in_container({CAFKA_PROGRAM, "run", w.conf})};
  program.hold_output();
  REQUIRE(program.await_error(" handler_slow generation=")); // a call blocks
  auto parent = std::to_string(program.id());
  std::ifstream children{"/proc/" + parent + "/task/" + parent + "/children"};
  pid_t first = 0;
  REQUIRE(children >> first);
  kill(first, SIGTERM);
  REQUIRE(program.await_error("a second signal ends at once"));
  kill(first, SIGTERM);
  CHECK(program.wait() == 128 + SIGTERM);
}
