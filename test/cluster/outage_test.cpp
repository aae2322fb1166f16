#include "broker_support/cluster.hpp"
#include "kafka/producer.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <fmt/format.h>

#include <numeric>
#include <regex>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

void produce(const cluster& kafka, const std::string& topic, int count) {
  int reported = 0;
  auto writer = kafka::producer::open(
    {{"bootstrap.servers", kafka.endpoints()}},
    [&](auto, auto, auto, const kafka::error& x) { reported += x ? 0 : 1; });
  REQUIRE(writer);
  for (int i = 0; i < count; ++i)
    REQUIRE((*writer)->send(topic, -1, "k", std::to_string(i), 0));
  REQUIRE((*writer)->flush(60s));
  REQUIRE(reported == count);
}

/// What was written in all, to two partitions.
void await_committed(cluster& kafka, const std::string& group, offset_t sum) {
  for (offset_t found = 0; found != sum;)
    if (auto x = kafka.poll_committed(group, {{group, 0}, {group, 1}}))
      found = std::accumulate(x->begin(), x->end(), offset_t{0},
                              [](auto n, auto& y) { return n + y.second; });
}

} // namespace

// An outage is no failure of the group: the client waits it out, and of the
// supervisor's restarts none is used up.
TEST_CASE(
  "an outage longer than the supervisor's restart window ends nothing") {
  cluster kafka{"kafka-3"};
  kafka.heal();
  auto name = unique_name();
  kafka.create_topic(name, 2);
  produce(kafka, name, 10);
  auto quoted = std::regex_replace(kafka.endpoints(), std::regex{","},
                                   R"(", ")");
  scratch_directory files;
  auto config = files.write("outage.conf", fmt::format(R"(cafka {{
  name = "outage"
  group = "{0}"
  topics = ["{0}"]
  endpoints = ["{1}"]
  handler = "print"
  begin-offset = "earliest"
  commit-count = 1
  supervisor-restart-max = 1
  supervisor-restart-window = 3s
  supervisor-backoff-min = 1s
  supervisor-backoff-max = 1s
  kafka {{
    session-timeout-ms = 6000
    reconnect-backoff-max-ms = 200
  }}
}}
)",
                                                       name, quoted));
  app_input input;
  input.limit = 200s;
  app_process program{{CAFKA_PROGRAM, "run", config}, input};
  auto first = program.await_output("\"topic\"", 10);
  INFO(program.err());
  REQUIRE(first);
  await_committed(kafka, name, 10); // so that nothing comes again
  for (int i = 1; i <= 3; ++i)
    REQUIRE(kafka.node(i, "kill")->wait() == 0);
  REQUIRE(
    program.await_error(" lost generation=", 2)); // the session is over, too
  kafka.heal();
  produce(kafka, name, 10);
  REQUIRE(program.await_output("\"topic\"", 20));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK(program.err().find("group_restarted") == std::string::npos);
  CHECK(program.count_output("\"topic\"") == 20);
}
