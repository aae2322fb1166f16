#include "support/catch.hpp"
#include "support/notify_socket.hpp"
#include "support/run_status.hpp"
#include "support/run_world.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

using namespace cafka;
using namespace cafka::test;
using nlohmann::json;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

/// A run of the config file, with more arguments, by a shell that does
/// something first.
std::vector<std::string> by_shell(const run_world& w, const std::string& first,
                                  const std::string& more = {}) {
  return {"/bin/sh", "-c",
          first + "; exec " + CAFKA_PROGRAM + " run " + w.conf + ' ' + more};
}

} // namespace

TEST_CASE("each line of a run's log is an object where it is to be JSON") {
  run_world w;
  w.send("k", "v");
  app_process program{{CAFKA_PROGRAM, "run", w.conf, "--log-format", "json"}};
  REQUIRE(program.await_output("{\"topic\""));
  program.send(SIGUSR1);
  REQUIRE(program.await_error(R"("event":"status")", 2));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  INFO(program.err());
  std::vector<std::string> events;
  for (auto& line : lines_of(program.err())) {
    auto x = json::parse(line, nullptr, false);
    REQUIRE(x.is_object());
    CHECK(x["time"].get<std::string>().size()
          == std::string{"2026-11-29T21:04:21.007Z"}.size());
    CHECK(x.contains("level"));
    events.push_back(x["event"]);
    if (x["event"] == "assigned") {
      CHECK(x["group"] == "order-readers");
      CHECK(x["partition"] == "orders/0");
      CHECK(x["generation"] == 1);
    }
  }
  for (auto* event : {"assigned", "status", "stopping", "revoked", "summary"}) {
    INFO(event);
    CHECK(std::count(events.begin(), events.end(), event) >= 1);
  }
}

TEST_CASE("a refusal is a line of the log, too, where that is no text") {
  run_world w;
  auto refused = run_program(
    {"run", w.conf, "--cafka.batch-size=x", "--log-format", "json"});
  CHECK(refused.code == 2);
  REQUIRE(refused.lines() == 1);
  auto x = json::parse(refused.err, nullptr, false);
  REQUIRE(x.is_object());
  CHECK(x["level"] == "error");
  CHECK(x["event"] == "refused");
  CHECK(has(x["text"].get<std::string>(), "cafka run: "));
}

TEST_CASE("a run tells no more than its log level asks for") {
  run_world w;
  w.send("k", "v");
  for (std::string level : {"error", "debug"}) {
    app_process program{{CAFKA_PROGRAM, "run", w.conf, "--log-level", level,
                         "--cafka.commit-interval=1ms",
                         "--cafka.group=at-" + level}};
    REQUIRE(program.await_output("{\"topic\""));
    program.send(SIGUSR1); // what is asked for is told
    REQUIRE(program.await_error(" orders/0 status "));
    program.send(SIGTERM);
    CHECK(program.wait() == 0);
    INFO(program.err());
    CHECK(has(program.err(), " assigned ") == (level == "debug"));
    CHECK(has(program.err(), " commit_sent ") == (level == "debug"));
    CHECK(has(program.err(), " summary ") == (level == "debug"));
  }
}

TEST_CASE("a format or a level that the log does not have is refused") {
  run_world w;
  for (auto& [option, value] :
       {std::pair{"--log-format", "xml"}, std::pair{"--log-level", "loud"}}) {
    auto refused = run_program({"run", w.conf, option, value});
    CHECK(refused.code == 2);
    CHECK(refused.err_has(option));
    CHECK(refused.err_has(value));
  }
}

TEST_CASE("the lines of a run have priorities where it writes to the journal") {
  run_world w;
  app_process program{
    by_shell(w, "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); "
                "export JOURNAL_STREAM")};
  REQUIRE(program.await_error(" assigned generation="));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  INFO(program.err());
  for (auto& line : lines_of(program.err()))
    CHECK(line.starts_with("<6>20"));
}

TEST_CASE("a service manager is told that a run is ready, how it is, and that "
          "it stops") {
  notify_socket manager{"@cafka-run-" + std::to_string(getpid())};
  run_world w;
  app_process program{
    by_shell(w, "export WATCHDOG_USEC=200000 NOTIFY_SOCKET=" + manager.name())};
  CHECK(has(manager.next_with("READY=1"), "STATUS="));
  CHECK(has(manager.next_with("STATUS=1 of 1 partitions are healthy"),
            "WATCHDOG=1"));
  CHECK(program.await_error(" orders/0 assigned generation="));
  program.send(SIGTERM);
  CHECK(has(manager.next_with("STOPPING=1"), "STATUS=stopping: "));
  CHECK(program.wait() == 0);
}

TEST_CASE("programs that are handlers are not told of the service manager") {
  notify_socket manager{"@cafka-exec-" + std::to_string(getpid())};
  run_world w;
  w.send("k", "v");
  app_process program{by_shell(
    w, "export NOTIFY_SOCKET=" + manager.name(),
    "--exec sh -c 'env >&2; while read -r x; do echo \"{\\\"ack\\\":true}\"; "
    "done'")};
  REQUIRE(program.await_error("CAFKA_PROTOCOL=1"));
  await_watermarks(program, 1);
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK_FALSE(has(program.err(), "NOTIFY_SOCKET"));
}
