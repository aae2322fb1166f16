/// Programs as handlers: records that fail, and what is written for them.

#include "support/catch.hpp"
#include "support/exec_world.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::test;

namespace {

constexpr auto quick = "commit-interval = 20ms\nrestart-backoff-min = 1ms\n"
                       "restart-backoff-max = 10ms\n";

std::string skipping() {
  return std::string{quick}
         + "on-failure { retries = 1\n then = [\"skip\"] }\n";
}

/// The dead letters of the run's group, as the tool lists them.
nlohmann::json letters(const exec_world& w) {
  return nlohmann::json::parse(
    output_of({"dead-letters", "list", w.conf, "--json"}));
}

} // namespace

TEST_CASE("a record that its program does not live through goes to the dead "
          "letters alone") {
  exec_world w{std::string{quick}
               + "on-failure { retries = 1\n then = [\"dead-letter\"]\n"
                 "dead-letter { topic = \"dlq\" } }\n"};
  w.cluster.create_topic("dlq", 1);
  w.send("k", "v", {}, 10);
  app_process program{w.words({CAFKA_EXEC_ECHO, "7"})};
  w.await_all(program, 10);
  stop(program);
  auto found = letters(w);
  REQUIRE(found.size() == 1);
  INFO(found[0].dump());
  CHECK(found[0]["offset"] == 7);
  CHECK(found[0]["class"] == "signal 11");
  CHECK(found[0]["cause"] == "signal 11");
  // A program that lives through it, beside a group with a secret.
  setenv("BROKER_PASSWORD", "s3cret", 1);
  auto mended = w.files.write(
    "mended.conf",
    group_config_text(w.cluster.endpoints(),
                      "handler-init-args { command = [\"sh\", \"-c\", "
                      "\"echo '<'$BROKER_PASSWORD'>' >&2; "
                      "exec " CAFKA_EXEC_ECHO
                      "\"] }\non-failure { retries = 1\n then = "
                      "[\"dead-letter\"]\n dead-letter { topic = \"dlq\" } }\n"
                      "groups { secured { group = \"secured\"\n "
                      "topics = [\"orders\"]\n endpoints = [\"127.0.0.1:1\"]\n"
                      "handler = \"count\"\n kafka { security-protocol = "
                      "\"sasl_plaintext\"\n sasl-mechanisms = \"PLAIN\"\n "
                      "sasl-username = \"reader\"\n sasl-password = "
                      "\"env:BROKER_PASSWORD\" } } }"));
  auto processed = run_program({"dead-letters", "process", mended, "--group",
                                "orders", "--cafka.handler=exec"});
  INFO(processed.err);
  CHECK(processed.err_has("orders/0 event=log facility=exec text=\"<>\"\n"));
  CHECK(processed.code == 0);
  CHECK(processed.err_has("1 dead letters processed, 0 failed again"));
}

TEST_CASE("a program that exits with 65 rejects its record, which leaves at "
          "once") {
  exec_world w{skipping() + "batch-size = 5\n"};
  for (auto* value : {"good", "good", "bad", "good"})
    w.send("k", value);
  auto script = w.script("#!/bin/sh\nif grep -q bad; then exit 65; fi\n");
  app_process program{
    w.words({script}, {"--cafka.handler-init-args.life=batch",
                       "--cafka.handler-init-args.input=raw"})};
  w.await_all(program, 4);
  stop(program);
  CHECK(has(program.err(), " record_skipped generation="));
  CHECK(has(program.err(), "offset=2 code=record_rejected"));
  CHECK_FALSE(has(program.err(), "offset=1 code=record_rejected"));
}

TEST_CASE("a program rejects a record that it kept, and acks the others") {
  exec_world w{skipping()};
  w.send("k", "v", {}, 3);
  auto script = w.script(R"(#!/usr/bin/python3
import json, sys
for line in sys.stdin:
    batch = json.loads(line)
    if "records" not in batch:
        continue
    print('{"no_ack":true}', flush=True)
    for x in batch["records"]:
        if x["offset"] == 1:
            answer = {"nack": 1, "cause": "no good", "retry": False}
        else:
            answer = {"acked": [x["offset"]], "generation": batch["generation"]}
        print(json.dumps(answer), flush=True)
)");
  app_process program{w.words({script})};
  w.await_all(program, 3);
  stop(program);
  CHECK(has(program.err(), " record_skipped generation="));
  CHECK(has(program.err(), "no good"));
  CHECK_FALSE(has(program.err(), " worker_failed generation="));
}

TEST_CASE("a program rejects a record of its batch, and gets the others") {
  exec_world w{skipping() + "batch-size = 3\n"};
  w.send("k", "v", {}, 3);
  auto script = w.script(R"(#!/usr/bin/python3
import json, sys
for line in sys.stdin:
    offsets = [x["offset"] for x in json.loads(line).get("records", [])]
    answer = {"reject": 1, "cause": "no good"} if 1 in offsets else {"ack": True}
    if offsets:
        print(json.dumps(answer), flush=True)
)");
  app_process program{w.words({script})};
  w.await_all(program, 3);
  stop(program);
  CHECK(has(program.err(), "offset=1 code=record_rejected"));
  CHECK_FALSE(has(program.err(), "offset=0 code=record_rejected"));
}

TEST_CASE("a record knows how often its program failed at it") {
  exec_world w{skipping() + "batch-size = 1\n"};
  w.send("k", "v");
  auto script = w.script(R"(#!/usr/bin/python3
import json, sys
for line in sys.stdin:
    x = json.loads(line)["records"][0]
    print("failures", x["failures"], "deliveries", x["deliveries"], file=sys.stderr, flush=True)
    print(json.dumps({"fail": x["offset"], "cause": "never"}), flush=True)
)");
  app_process program{w.words({script})};
  CHECK(
    program.await_error("orders/0 log facility=exec: failures 0 deliveries 1"));
  CHECK(
    program.await_error("orders/0 log facility=exec: failures 1 deliveries 2"));
  w.await_all(program, 1);
  stop(program);
}
