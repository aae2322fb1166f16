/// Programs as handlers of a run, with a cluster.

#include "support/catch.hpp"
#include "support/exec_world.hpp"
#include "support/run_status.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <thread>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

const std::string examples = CAFKA_CONFIG_DIRECTORY "/../test/examples/";

/// A run of `command` without a config file.
std::vector<std::string> exec_words(const exec_world& w,
                                    const std::vector<std::string>& command,
                                    const std::vector<std::string>& more = {}) {
  std::vector<std::string> result{CAFKA_PROGRAM,
                                  "exec",
                                  "--bootstrap-server",
                                  w.cluster.endpoints(),
                                  "--group",
                                  "order-readers",
                                  "--topic",
                                  "orders",
                                  "--begin",
                                  "earliest",
                                  "--cafka.kafka.session-timeout-ms=6000"};
  result.insert(result.end(), more.begin(), more.end());
  result.emplace_back("--");
  result.insert(result.end(), command.begin(), command.end());
  return result;
}

} // namespace

TEST_CASE("the Python handler counts, acks, and rejects what is no text") {
  exec_world w;
  w.send("k", "two words");
  w.send(std::nullopt, std::nullopt);
  w.send("k", "and three more");
  app_process program{exec_words(w, {examples + "handler.py"})};
  CHECK(program.await_error("orders/0 log facility=exec: 5 words so far"));
  stop(program);
  CHECK(has(w.offsets(), "orders          0          3    3    0"));
}

TEST_CASE("the shell handler appends what it is given, and its exit acks") {
  exec_world w;
  w.send("k", "b");
  w.send("k", "a");
  setenv("OUT", w.files.path("out").c_str(), 1);
  app_process program{exec_words(w, {examples + "handler.sh"},
                                 {"--life", "batch", "--input", "raw",
                                  "--cafka.commit-interval=1ms"})};
  await_watermarks(program, 2);
  stop(program);
  auto out = w.content("out"); // of one batch or of two
  CHECK((out == "a\nb\n" || out == "b\na\n"));
  CHECK(has(w.offsets(), "orders          0          2    2    0"));
}

TEST_CASE("cafka exec needs no config file") {
  exec_world w;
  w.send("k", "v");
  app_process program{
    exec_words(w, {"sh", "-c",
                   "while read -r x; do echo \"$CAFKA_GROUP $CAFKA_TOPIC "
                   "$CAFKA_PARTITION $CAFKA_PROTOCOL\" >&2; "
                   "echo '{\"ack\":true}'; done"})};
  CHECK(program.await_error(
    "orders/0 log facility=exec: order-readers orders 0 1"));
  stop(program);
  CHECK(has(w.offsets(), "orders          0          1    1    0"));
}

TEST_CASE("a program that fails is tried again, and nothing is skipped") {
  exec_world w{"restart-backoff-min = 1ms"};
  w.send("k", "v", {}, 3);
  // It fails at each record the first time.
  auto script = w.script(R"(#!/usr/bin/python3
import json, os, sys
for line in sys.stdin:
    for x in json.loads(line).get("records", []):
        name = os.environ["HERE"] + "/" + str(x["offset"])
        if not os.path.exists(name):
            open(name, "w").close()
            sys.exit(3)
        answer = {"ack": x["offset"]}
        print(json.dumps(answer), flush=True)
        break
)");
  setenv("HERE", w.files.path().c_str(), 1);
  app_process program{w.words({script})};
  CHECK(program.await_error("exit 3", 3));
  while (!has(w.offsets(), "orders          0          3    3    0"))
    REQUIRE(program.read_now());
  stop(program);
}

TEST_CASE("a command that is not there is refused, and nothing starts") {
  exec_world w;
  auto x = run_program({"run", w.conf, "--exec", "/nowhere/at/all"});
  CHECK(x.code == 2);
  CHECK(x.err
        == "cafka run: group orders: handler-init-args.command: "
           "/nowhere/at/all: No such file or directory\n");
  auto y = run_program({"run", w.conf, "--exec", w.files.write("plain", "")});
  CHECK(y.code == 2);
  CHECK(y.err_has("it may not be executed: Permission denied"));
}

TEST_CASE(
  "an --exec without a command, and a --group without --exec, are refused, "
  "and nothing starts") {
  exec_world w;
  // As an unquoted variable of the shell that is not set, or one in quotes.
  auto none = run_program({"run", w.conf, "--exec"});
  CHECK(none.code == 2);
  CHECK(none.err == "cafka run: behind --exec stands no command\n");
  auto empty = run_program({"run", w.conf, "--exec", ""});
  CHECK(empty.code == 2);
  CHECK(empty.err_has("handler-init-args.command: a list of texts"));
  auto group = run_program({"run", w.conf, "--group", "orders"});
  CHECK(group.code == 2);
  CHECK(group.err == "cafka run: --group: only with --exec\n");
}

TEST_CASE("check names a command that is not there") {
  scratch_directory files;
  auto conf = files.write(
    "a.conf",
    group_config_text("b:9092",
                      "handler-init-args { command = [\"/nowhere/at/all\"] }"));
  auto x = run_program({"check", conf, "--cafka.handler=exec"});
  CHECK(x.code == 2);
  CHECK(x.err
        == "cafka check: group orders: handler-init-args.command: "
           "/nowhere/at/all: No such file or directory\n");
}

TEST_CASE("beside --exec the command line says the program's arguments, and "
          "those of the file's handler go") {
  scratch_directory files;
  auto conf = files.write(
    "a.conf", group_config_text("b:9092", "handler-init-args { encoding = "
                                          "\"base64\" }"));
  auto x
    = run_program({"run", conf, "--cafka.handler-init-args.call-timeout=5",
                   "--cafka.handler-init-args.life=long", "--exec", "true"});
  CHECK(x.code == 2);
  CHECK(x.err
        == "cafka run: group orders: handler-init-args.call-timeout: a time "
           "from 1ms to 24h, such as 5min\n"
           "cafka run: group orders: handler-init-args.life: \"worker\" or "
           "\"batch\"\n");
}

TEST_CASE("the program of --exec is for the group that --group names") {
  exec_world w;
  w.send("k", "v");
  auto group = [&](const std::string& name, const std::string& endpoints) {
    return name + " { group = \"of-" + name + "\"\n topics = [\"orders\"]\n"
           + "endpoints = [\"" + endpoints
           + "\"]\n begin-offset = \"earliest\"\n"
             "kafka { session-timeout-ms = 6000 }\n handler = \"count\" }\n";
  };
  auto conf = w.files.write("two.conf",
                            "cafka { groups {\n" + group("a", "127.0.0.1:1")
                              + group("b", w.cluster.endpoints()) + "}}\n");
  auto command = std::vector<std::string>{"--exec", "sh", "-c",
                                          "echo \"<$CAFKA_NAME>\" >&2; cat"};
  auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {CAFKA_PROGRAM, "run", conf});
    more.insert(more.end(), command.begin(), command.end());
    return more;
  };
  app_process program{run({"--group", "b"})};
  CHECK(program.await_error("orders/0 log facility=exec: <b>"));
  program.send(SIGKILL);
  program.wait();
  app_process none{run({})};
  CHECK(none.wait() == 2);
  CHECK(has(none.err(), "--exec: there are several groups; --group NAME says"));
  app_process other{run({"--group", "c"})};
  CHECK(other.wait() == 2);
  CHECK(has(other.err(), "--group: there is no group c"));
}

TEST_CASE("each argument of the handler exec is checked by its name") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text("b:9092", R"(
    handler-threads = 0
    handler-init-args {
      command = "true"
      life = "long"
      processes = -1
      call-timeout = 5
      term-after = 0s
      input = "xml"
      directory = "/nowhere"
      environment = "A=1"
      comand = ["true"]
    })"));
  auto x = run_program({"check", conf, "--cafka.handler=exec"});
  CHECK(x.code == 2);
  auto wrong = [&](const std::string& text) {
    INFO(x.err);
    CHECK(
      x.err_has("cafka check: group orders: handler-init-args." + text + "\n"));
  };
  wrong("command: a list of texts: the program and its arguments");
  wrong("life: \"worker\" or \"batch\"");
  wrong("processes: a number from 0 to 1000");
  wrong("call-timeout: a time from 1ms to 24h, such as 5min");
  wrong("term-after: a time from 1ms to 24h, such as 5s");
  wrong("input: \"json\", \"raw\" or \"values0\"");
  wrong("directory: /nowhere is no folder");
  wrong("environment: a dictionary of texts");
  wrong("comand: the handler exec has no such argument");
  CHECK(x.err_has("cafka check: group orders: handler-threads = 0: from 1 with "
                  "handler = \"exec\", whose calls block\n"));
}

TEST_CASE("a program that loses its execute bit fails, and goes on with it") {
  exec_world w{"restart-backoff-min = 1ms"};
  w.send("k", "v");
  auto script = w.script(
    "#!/bin/sh\nread -r x; echo '{\"ack\":true}'; "
    "echo answered >&2\n"); // and ends, which is no failure
  app_process program{w.words({script})};
  REQUIRE(program.await_error("answered"));
  chmod(script.c_str(), 0644);
  w.send("k", "v");
  CHECK(program.await_error("Permission denied"));
  chmod(script.c_str(), 0755);
  CHECK(program.await_error("answered", 2));
  stop(program);
  CHECK(has(w.offsets(), "orders          0          2    2    0"));
}

TEST_CASE("secrets that the settings read from variables reach no program") {
  run_world w;
  w.send("k", "v");
  setenv("BROKER_PASSWORD", "s3cret", 1);
  auto conf = w.files.write("two.conf", R"(cafka { groups {
    orders {
      group = "order-readers"
      topics = ["orders"]
      endpoints = [")" + w.cluster.endpoints()
                                          + R"("]
      begin-offset = "earliest"
      handler = "exec"
      kafka { session-timeout-ms = 6000 }
      handler-init-args {
        command = ["sh", "-c", "echo \"<$BROKER_PASSWORD$OTHER>\" >&2; cat >&2"]
        environment { OTHER = "other" }
      }
    }
    secured {
      group = "secured"
      topics = ["orders"]
      endpoints = ["127.0.0.1:1"]
      handler = "count"
      kafka {
        security-protocol = "sasl_plaintext"
        sasl-mechanisms = "PLAIN"
        sasl-username = "reader"
        sasl-password = "env:BROKER_PASSWORD"
      }
    } } })");
  app_process program{{CAFKA_PROGRAM, "run", conf}};
  CHECK(program.await_error("orders/0 log facility=exec: <other>"));
  program.send(SIGKILL);
  program.wait();
}

TEST_CASE("a stop during a call waits for the answer, which counts") {
  exec_world w;
  w.send("k", "v");
  auto script = w.script(R"(#!/usr/bin/python3
import json, sys
sys.stdin.readline()
print("begun", file=sys.stderr, flush=True)
line = json.loads(sys.stdin.readline())
print("told", line["closing"], file=sys.stderr)
print('{"ack":true}', flush=True)
sys.stdin.readline()
)");
  app_process program{w.words({script})};
  REQUIRE(program.await_error("orders/0 log facility=exec: begun"));
  stop(program);
  CHECK(has(program.err(), "orders/0 log facility=exec: told revoked"));
  CHECK(has(w.offsets(), "orders          0          1    1    0"));
}

TEST_CASE(
  "a stop brings the program that keeps records its end, and acks count") {
  exec_world w;
  w.send("k", "v", {}, 2);
  auto script = w.script(R"(#!/usr/bin/python3
import json, sys
last, generation = 0, 0
for line in sys.stdin:
    x = json.loads(line)
    if "closing" in x:
        print(json.dumps({"acked_through": last, "generation": generation}), flush=True)
    else:
        last, generation = x["last"], x["generation"]
        print('{"no_ack":true}', flush=True)
        print("kept", last, file=sys.stderr, flush=True)
)");
  app_process program{w.words({script})};
  REQUIRE(program.await_error("orders/0 log facility=exec: kept 1"));
  stop(program);
  CHECK(has(w.offsets(), "orders          0          2    2    0"));
}

TEST_CASE("a stop ends programs that ignore it, and is in order") {
  // Its input ends after 8 s, it is killed after 9.
  exec_world w{"stop-timeout = 12s\ndrain-timeout = 12s"};
  w.send("k", "v");
  app_process program{w.words(
    {"sh", "-c",
     "trap '' TERM; echo pid $$ >&2; read -r x; while :; do sleep 1000; "
     "done"},
    {"--cafka.handler-init-args.term-after=500ms"})};
  REQUIRE(program.await_error("orders/0 log facility=exec: pid "));
  auto pid = pid_behind(program, "orders/0 log facility=exec: pid ");
  stop(program);
  CHECK(is_gone(pid));
  // Not acked; whether its begin was committed before does not matter here.
  CHECK_FALSE(has(w.offsets(), "orders          0          1    1    0"));
}

TEST_CASE("the kill of cafka leaves no process of a program") {
  exec_world w;
  w.send("k", "v");
  app_process program{
    w.words({"sh", "-c",
             "trap '' TERM; sleep 1000 & echo child $! >&2; echo pid $$ >&2; "
             "read -r x; wait"})};
  REQUIRE(program.await_error("orders/0 log facility=exec: pid "));
  auto pid = pid_behind(program, "orders/0 log facility=exec: pid ");
  auto child = pid_behind(program, "orders/0 log facility=exec: child ");
  REQUIRE(child > 0);
  REQUIRE_FALSE((is_gone(pid) || is_gone(child)));
  auto begin = std::chrono::steady_clock::now();
  program.send(SIGKILL);
  CHECK(program.wait() == 128 + SIGKILL);
  while (!(is_gone(pid) && is_gone(child))
         && std::chrono::steady_clock::now() < begin + 30s)
    std::this_thread::yield();
  CHECK(is_gone(pid));
  CHECK(is_gone(child));
  auto took = std::chrono::steady_clock::now() - begin;
  WARN("gone within " << std::chrono::duration<double>(took).count() << " s");
}

TEST_CASE("many partitions on a pool of few processes keep their order") {
  exec_world w;
  constexpr int partitions = 200;
  constexpr int records = 1'000;
  w.cluster.create_topic("many", partitions);
  std::string lines;
  for (int i = 0; i < records; ++i)
    lines += "k" + std::to_string(i) + "\n";
  output_of({"produce", w.conf, "many", "--key-field", "1"}, {lines});
  auto script = w.script(R"(#!/usr/bin/python3
import json, os, sys
assert "CAFKA_PARTITION" not in os.environ
out = open(os.environ["HERE"] + "/handled", "a", buffering=1)
for line in sys.stdin:
    x = json.loads(line)
    for each in x.get("records", []):
        out.write(f"{x['partition']} {each['offset']} {os.getpid()}\n")
    if "records" in x:
        print('{"ack":true}', flush=True)
)");
  setenv("HERE", w.files.path().c_str(), 1);
  app_process program{{CAFKA_PROGRAM, "exec", "--bootstrap-server",
                       w.cluster.endpoints(), "--group", "many", "--topic",
                       "many", "--begin", "earliest", "--processes", "4",
                       "--cafka.batch-size=5", "--cafka.sleep-timeout=20ms",
                       "--cafka.kafka.session-timeout-ms=6000", "--", script}};
  await_watermarks(program, 1'000);
  stop(program);
  std::map<int, int> next;
  std::set<int> processes;
  std::istringstream handled{w.content("handled")};
  for (int partition = 0, offset = 0, pid = 0;
       handled >> partition >> offset >> pid;) {
    CHECK(offset == next[partition]);
    next[partition] = offset + 1;
    processes.insert(pid);
  }
  auto sum = 0;
  for (auto& [partition, count] : next)
    sum += count;
  CHECK(sum == records);
  CHECK(processes.size() <= 4);
}

TEST_CASE("a program is tried without Kafka, and told what it did wrong") {
  scratch_directory files;
  auto records = files.write(
    "records",
    R"({"topic":"t","partition":0,"offset":1,"key":null,"value":"a"})"
    "\n");
  auto good = run_program(
    {"exec", "--try", records, "--", "python3", examples + "handler.py"});
  INFO(good.out << good.err);
  CHECK(good.code == 0);
  CHECK(good.out_has("ok    records of the file: ack\n"));
  CHECK(good.out_has("ok    bytes that are no UTF-8: reject 4: no text\n"));
  CHECK(good.out_has("ok    the deadline of an open batch: ack\n"));
  CHECK(good.out_has("ok    the partition is given back: it ended\n"));
  CHECK(good.out_has("nothing is wrong\n"));
  auto bad
    = run_program({"exec", "--try", records, "--", "sh", "-c",
                   "read -r x; echo '{\"ack\":true}'; read -r x; exit 3"});
  CHECK(bad.code == 1);
  CHECK(bad.out_has("ok    records of the file: ack\n"));
  CHECK(bad.out_has("WRONG null key and value: fail: exit 3\n"));
}

TEST_CASE("a program that is tried and leaves a batch when its partition goes "
          "is wrong") {
  scratch_directory files;
  auto x = run_program(
    {"exec", "--try", files.write("records", ""), "--", "python3", "-c", R"(
import json, sys
broken = 0
for line in sys.stdin:
    for x in json.loads(line).get("records", []):
        broken += "broken" in (x.get("value") or "")
        if broken == 2:
            sys.stdin.readline() # the line that it is closed
            sys.exit(0)
        print('{"ack":true}', flush=True)
)"});
  INFO(x.out << x.err);
  CHECK(x.code == 1);
  CHECK(x.out_has("WRONG the deadline of an open batch: fail: exit 0\n"));
  CHECK(x.out_has("1 wrong\n"));
}

TEST_CASE("a program is tried with the input that it asks for") {
  scratch_directory files;
  auto records = files.write("records", "{\"value\":\"a\"}\n");
  auto x = run_program({"exec", "--try", records, "--life", "batch", "--input",
                        "raw", "--", "sh", "-c", "! grep -a offset"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("ok    records of the file: ack\n"));
  CHECK(x.out_has("ok    newlines and NULs: the program does not get it: input "
                  "= \"raw\": the value holds a newline\n"));
}

TEST_CASE(
  "a program is tried with records as they were, and a process for each "
  "partition") {
  scratch_directory files;
  auto records = files.write(
    "records",
    R"({"topic":"t","partition":3,"offset":41,"timestamp":1700,"value":"a"})"
    "\n"
    R"({"topic":"t","partition":3,"offset":43,"timestamp":null,"value":"b"})"
    "\n"
    R"({"topic":"t","partition":4,"offset":7,"value":"c"})"
    "\n"
    R"({"topic":"t","partition":4,"offset":7,"value":"d"})"
    "\n");
  auto x = run_program({"exec", "--try", records, "--", "python3", "-c", R"(
import json, os, sys
own = os.environ.get("CAFKA_TOPIC"), os.environ.get("CAFKA_PARTITION")
for line in sys.stdin:
    batch = json.loads(line)
    if "records" not in batch:
        continue
    assert own == (batch["topic"], str(batch["partition"])), own
    for x in batch["records"]:
        print(own[1], x["offset"], x["timestamp"], file=sys.stderr)
    print('{"ack":true}', flush=True)
)"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("  t/3 | 3 41 1700\n  t/3 | 3 43 None\n"));
  CHECK(x.out_has("ok    the partition is given back: it ended\n"));
  CHECK(x.out_has("  t/4 | 4 7 None\n  t/4 | 4 8 None\n"));
  auto wrong = files.write("wrong", "{\"topic\":7}\n");
  auto y = run_program({"exec", "--try", wrong, "--", "cat"});
  CHECK(y.code == 2);
  CHECK(y.err_has("a line is no record as print writes them"));
}

TEST_CASE(
  "a program is tried with settings of its own, and with its deadline") {
  scratch_directory files;
  auto records = files.write("records", "{\"value\":\"a\"}\n");
  auto x = run_program({"exec", "--try", records,
                        "--cafka.handler-init-args.call-timeout=10ms", "--",
                        "sleep", "1000"});
  INFO(x.out << x.err);
  CHECK(x.code == 1);
  CHECK(x.out_has("WRONG records of the file: fail: timeout: no answer within "
                  "call-timeout"));
  auto y = run_program(
    {"exec", "--try", records, "--cafka.batch-size=5", "--", "cat"});
  CHECK(y.code == 2);
  CHECK(y.err
        == "cafka exec: --try takes of --cafka.KEY=VALUE only "
           "handler-init-args.KEY\n");
}

TEST_CASE(
  "a program of a pool, and one of a batch, is tried as such, and has its "
  "deadline") {
  scratch_directory files;
  auto records = files.write("records", "{\"value\":\"a\"}\n");
  auto x = run_program({"exec", "--try", records, "--processes", "1", "--",
                        "sh", "-c",
                        "[ -z \"$CAFKA_PARTITION\" ] || exit 3; while read -r "
                        "line; do case \"$line\" in *records*) echo "
                        "'{\"ack\":true}';; esac; done"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("ok    the deadline of an open batch: ack\n"));
  CHECK(x.out_has("ok    the partition is given back: it ended\n"));
  auto y = run_program({"exec", "--try", records, "--life", "batch", "--", "sh",
                        "-c", "cat > /dev/null"});
  INFO(y.out << y.err);
  CHECK(y.code == 0);
  CHECK(y.out_has("ok    the deadline of an open batch: ack\n"));
}

TEST_CASE("a stop of a pool is in order, whatever its processes do") {
  // The call is over after 9 s. A process without one must be, too, by then.
  exec_world w;
  w.cluster.create_topic("two", 2);
  std::string lines;
  for (int i = 0; i < 100; ++i) // some for each partition
    lines += "k" + std::to_string(i) + "\n";
  output_of({"produce", w.conf, "two", "--key-field", "1"}, {lines});
  app_process program{
    {CAFKA_PROGRAM, "exec", "--bootstrap-server", w.cluster.endpoints(),
     "--group", "order-readers", "--topic", "two", "--begin", "earliest",
     "--processes", "2", "--cafka.kafka.session-timeout-ms=6000",
     "--cafka.stop-timeout=12s", "--cafka.drain-timeout=12s", "--", "sh", "-c",
     "trap '' TERM; while read -r x; do case \"$x\" in *'\"partition\":0'*) "
     "echo hangs >&2; while :; do sleep 1000; done;; esac; "
     "echo '{\"ack\":true}'; echo acks >&2; done; while :; do sleep 1000; "
     "done"}};
  REQUIRE(program.await_error("facility=exec: order-readers | hangs"));
  REQUIRE(program.await_error("facility=exec: order-readers | acks"));
  stop(program);
}
