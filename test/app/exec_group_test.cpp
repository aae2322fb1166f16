/// Programs as handlers of a group in our own process.

#include "support/catch.hpp"
#include "support/exec_world.hpp"
#include "support/group_fixture.hpp"

#include <cafka/exec_handler.hpp>

#include <future>

#include <unistd.h>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A group that runs a program in Python.
struct program_world {
  explicit program_world(int partitions = 1) : group(partitions) {
  }
  group_options options(const std::string& text) {
    auto result = group.options();
    exec_options what;
    what.command = {"/usr/bin/python3", "-c", text};
    what.environment = {{"HERE", files.path()}};
    set(result, what);
    return result;
  }
  void set(group_options& to, const exec_options& what) {
    auto failure = set_exec_handler(*group.system, to, what);
    INFO(text_of(failure));
    REQUIRE_FALSE(failure);
  }
  std::string content(const std::string& name) const {
    std::ifstream in{files.path(name)};
    std::stringstream result;
    result << in.rdbuf();
    return result.str();
  }

  scratch_directory files;
  group_fixture group;
};

/// Its first life keeps the first batch and then ends by `end`; the others
/// write what they are given to a file, and ack it.
std::string keeps_once(const std::string& end) {
  return R"(
import json, os, sys
first = not os.path.exists(os.environ["HERE"] + "/first")
open(os.environ["HERE"] + "/first", "w").close()
out = open(os.environ["HERE"] + "/handled", "a", buffering=1)
for line in sys.stdin:
    batch = json.loads(line)
    if first:
        print('{"no_ack":true}', flush=True)
        )"
         + end + R"(
    for x in batch.get("records", []):
        out.write(f"{x['offset']} {x['deliveries']}\n")
    if "records" in batch:
        print('{"ack":true}', flush=True)
)";
}

} // namespace

TEST_CASE(
  "the start, the kill and the end of a process are an event each, with "
  "its pid") {
  program_world w;
  w.group.produce(0, 1);
  auto options = w.group.options();
  exec_options what;
  what.command = {"sh", "-c",
                  "[ -e \"$HERE/hung\" ] || { touch \"$HERE/hung\"; exec sleep "
                  "1000; }; read -r x; echo '{\"ack\":true}'; cat"};
  what.environment = {{"HERE", w.files.path()}};
  what.call_timeout = 500ms;
  w.set(options, what);
  w.group.start(options);
  CHECK(w.group.await_committed(0, 1));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  auto started = w.group.events(event_kind::program_started);
  auto killed = w.group.events(event_kind::program_killed);
  auto ended = w.group.events(event_kind::program_ended);
  // On a loaded machine the second one may be late, too.
  REQUIRE(started.size() >= 2);
  REQUIRE(ended.size() == started.size());
  REQUIRE_FALSE(killed.empty());
  CHECK(started[0].count > 1);
  CHECK(started[0].tp == topic_partition{"t", 0});
  CHECK(started[0].generation.value > 0);
  CHECK(killed[0].count == started[0].count);
  CHECK(has(killed[0].text, "SIGTERM: timeout"));
  CHECK(ended[0].count == started[0].count);
  CHECK(ended[0].text == "signal 15");
  CHECK(ended[1].count == started[1].count);
  CHECK(started[1].count != started[0].count);
}

TEST_CASE("what a program kept when it ended comes to the next one first, and "
          "nothing has failed") {
  program_world w;
  w.group.produce(0, 3);
  auto options = w.options(keeps_once("break"));
  options.config.batch_size = 3;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 3));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.content("handled").starts_with("0 2\n"));
  CHECK(w.group.count(event_kind::worker_failed) == 0);
  CHECK(w.group.count(event_kind::record_failed) == 0);
}

TEST_CASE("a program that fails between two calls fails its worker, and no "
          "record is to blame") {
  program_world w;
  w.group.produce(0, 3);
  auto options = w.options(keeps_once("sys.exit(3)"));
  options.config.batch_size = 3;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 3));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  REQUIRE(w.group.count(event_kind::worker_failed) == 1);
  CHECK(w.group.events(event_kind::worker_failed)[0].text
        == "ended with no batch open: exit 3");
  CHECK(w.group.count(event_kind::record_failed) == 0);
  CHECK(w.content("handled").starts_with("0 2\n"));
}

TEST_CASE("a batch that is answered right before a crash does not come again") {
  program_world w;
  w.group.produce(0, 4);
  auto options = w.options(R"(
import json, os, sys
batch = json.loads(sys.stdin.readline())
with open(os.environ["HERE"] + "/handled", "a") as out:
    for x in batch.get("records", []):
        out.write(f"{x['offset']}\n")
if "records" in batch:
    print('{"ack":true}', flush=True)
    sys.exit(3)
)");
  options.config.batch_size = 1;
  options.config.restart_backoff_min = 1ms;
  options.config.restart_backoff_max = 10ms;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 4));
  CHECK(w.group.await_event(event_kind::worker_failed, 4));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.count(event_kind::record_failed) == 0);
  CHECK(w.content("handled") == "0\n1\n2\n3\n");
}

TEST_CASE(
  "a program in a call whose worker ends is ended, and a successor gets "
  "the records") {
  program_world w;
  w.group.produce(0, 2);
  auto options = w.options(R"(
import json, os, sys
first = not os.path.exists(os.environ["HERE"] + "/first")
open(os.environ["HERE"] + "/first", "w").close()
for line in sys.stdin:
    for x in json.loads(line).get("records", []):
        if not first:
            print('{"ack":true}', flush=True)
        elif x["offset"] == 0:
            print('{"no_ack":true}', flush=True)
        else:
            # It hangs in this call, and the record before it fails.
            print('{"nack":0,"cause":"why"}', flush=True)
            sys.stdin.readline()
            while True: pass
)");
  options.config.batch_size = 1;
  options.config.restart_backoff_min = 1ms;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 2)); // call-timeout is 5 min
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.events(event_kind::record_failed).size() == 1);
  CHECK(w.group.events(event_kind::program_killed)[0].text
        == "SIGTERM: its worker has ended");
}

TEST_CASE("a worker that has ended fails no record that its program kept") {
  program_world w;
  w.group.produce(0, 2);
  auto options = w.options(R"(
import json, os, sys
first = not os.path.exists(os.environ["HERE"] + "/first")
open(os.environ["HERE"] + "/first", "w").close()
for line in sys.stdin:
    if "records" not in json.loads(line):
        continue
    print('{"no_ack":true}' if first else '{"ack":true}', flush=True)
    if first:
        print('{"nack":0,"cause":"why"}', flush=True)
)");
  options.config.batch_size = 2;
  options.config.restart_backoff_min = 1ms;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 2));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  auto failed = w.group.events(event_kind::record_failed);
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].offset == 0);
}

TEST_CASE("the successor of a program that ignores SIGTERM starts when that is "
          "gone") {
  program_world w;
  w.group.produce(0, 1);
  auto options = w.group.options();
  options.config.restart_backoff_min = 1ms;
  exec_options what;
  what.command = {"/usr/bin/python3", "-c", R"(
import os, signal, sys
here = os.environ["HERE"] + "/"
if not os.path.exists(here + "pid"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open(here + "pid", "w").write(str(os.getpid()))
    while True: signal.pause()
try:
    os.kill(int(open(here + "pid").read()), 0)
    open(here + "beside", "w").close()
except ProcessLookupError:
    pass
for line in sys.stdin:
    print('{"ack":true}', flush=True)
)"};
  what.environment = {{"HERE", w.files.path()}};
  what.call_timeout = 2s; // as long as the first one needs to begin
  what.term_after = 500ms;
  w.set(options, what);
  w.group.start(options);
  CHECK(w.group.await_committed(0, 1));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.content("pid").size() > 0);
  CHECK(access(w.files.path("beside").c_str(), F_OK) != 0);
}

TEST_CASE("a program that hangs and floods holds up no other partition") {
  program_world w{2};
  w.group.produce(0, 1);
  w.group.produce(1, 5);
  auto options = w.options(R"(
import os, sys
for line in sys.stdin:
    while os.environ["CAFKA_PARTITION"] == "0":
        sys.stderr.write("flood\n" * 1000)
        sys.stdout.write("flood\n" * 1000)
    print('{"ack":true}', flush=True)
)");
  options.config.stop_timeout = 2s;
  options.config.batch_size = 1;
  w.group.start(options);
  CHECK(w.group.await_committed(1, 5));
  w.group.stop();
  for (auto& x : w.group.events(event_kind::worker_failed))
    CHECK(x.tp.partition == 0); // by the stop
}

TEST_CASE(
  "a stop does not wait for records whose program ended without an ack") {
  program_world w;
  w.group.produce(0, 1);
  auto options = w.group.options();
  std::promise<void> kept;
  options.log = [&](const log_record& x) {
    if (has(x.text, "t/0 | kept"))
      kept.set_value();
  };
  exec_options what; // with that log
  what.command = {"/usr/bin/python3", "-c", R"(
import sys
sys.stdin.readline()
print('{"no_ack":true}', flush=True)
print("kept", file=sys.stderr, flush=True)
sys.stdin.readline() # that it is closed
)"};
  w.set(options, what);
  w.group.start(options);
  REQUIRE(kept.get_future().wait_for(30s) == std::future_status::ready);
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.count(event_kind::drain_expired) == 0);
  CHECK(w.group.count(event_kind::stop_expired) == 0);
}

TEST_CASE("an ack between calls that names another generation is refused, and "
          "one of its own counts") {
  program_world w;
  w.group.produce(0, 2);
  w.group.start(w.options(R"(
import json, sys
for line in sys.stdin:
    batch = json.loads(line)
    if "records" in batch:
        print('{"no_ack":true}', flush=True)
        for generation in batch["generation"] + 1, batch["generation"]:
            print(json.dumps({"acked_through": batch["last"],
                              "generation": generation}), flush=True)
)"));
  CHECK(w.group.await_committed(0, 2));
  CHECK(w.group.await_event(event_kind::ack_refused));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.count(event_kind::worker_failed) == 0);
}

TEST_CASE("a program lets records go, and gets the next ones") {
  program_world w;
  w.group.produce(0, 2);
  auto options = w.options(R"(
import json, sys
for line in sys.stdin:
    for x in json.loads(line).get("records", []):
        print('{"ack":true}' if x["offset"] == 1 else '{"continue":true}', flush=True)
)");
  options.config.batch_size = 1;
  w.group.start(options);
  CHECK(w.group.await_committed(0, 2));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.count(event_kind::worker_failed) == 0);
}

TEST_CASE("records that a program keeps count until the deadline that it was "
          "told at a stop") {
  program_world w;
  w.group.produce(0, 1);
  auto options = w.group.options();
  std::promise<void> kept;
  options.log = [&](const log_record& x) {
    if (has(x.text, "t/0 | kept"))
      kept.set_value();
  };
  exec_options what; // with that log
  // It acks a moment after it was told, unless its input ends before.
  what.command = {"/usr/bin/python3", "-c", R"(
import json, select, sys
inp = sys.stdin.buffer.raw
def line():
    result = b""
    while not result.endswith(b"\n"):
        result += inp.read(1)
    return json.loads(result)
batch = line()
print('{"no_ack":true}', flush=True)
print("kept", file=sys.stderr, flush=True)
assert "closing" in line()
if not select.select([inp], [], [], 0.5)[0]:
    print(json.dumps({"acked": [0], "generation": batch["generation"]}), flush=True)
inp.read()
)"};
  w.set(options, what);
  w.group.start(options);
  REQUIRE(kept.get_future().wait_for(30s) == std::future_status::ready);
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(w.group.await_committed(0, 1));
}

TEST_CASE("what a program produces is written before its batch is acked") {
  program_world w;
  w.group.cluster.create_topic("out", 1);
  w.group.produce(0, 5);
  w.group.start(w.options(R"(
import json, sys
for line in sys.stdin:
    batch = json.loads(line)
    made = [{"topic": "out", "partition": 0, "key": "k", "value_base64": "AAE=",
             "headers": [{"name": "from", "value": str(x["offset"])}]}
            for x in batch.get("records", [])]
    if made:
        print(json.dumps({"ack": True, "produce": made}), flush=True)
)"));
  CHECK(w.group.await_committed(0, 5));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  auto reader = w.group.options();
  reader.config.name = reader.config.group = "reader";
  reader.config.topics = {"out"};
  std::vector<std::string> from;
  reader.handler = make_handler([&](const message_batch& batch) {
    for (auto x : batch) {
      CHECK(x.key() == "k");
      CHECK(x.value() == std::string_view{"\0\1", 2});
      from.emplace_back(*x.header_at(0).value);
    }
    return handler_answer::ack();
  });
  w.group.start(reader);
  CHECK(w.group.await_events(1, [](const event& e) {
    return e.kind == event_kind::committed && e.tp.topic == "out"
           && e.offset == 5;
  }));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  CHECK(from == std::vector<std::string>{"0", "1", "2", "3", "4"});
}

TEST_CASE(
  "a program goes on beside a group in our own process that is blocked") {
  program_world w;
  w.group.produce(0, 2);
  door blocked;
  auto other = w.group.options();
  other.config.name = other.config.group = "blocked";
  other.config.handler_threads = 1;
  other.observer = {};
  other.handler = make_handler([&](const message_batch&) { blocked.pass(); });
  auto handle = spawn(*w.group.system, other);
  REQUIRE(handle);
  running_group running{*w.group.system, *handle};
  REQUIRE(blocked.await_visitor());
  w.group.start(w.options(R"(
import sys
for line in sys.stdin:
    print('{"ack":true}', flush=True)
)"));
  CHECK(w.group.await_committed(0, 2));
  CHECK(w.group.stop() == caf::exit_reason::user_shutdown);
  blocked.open();
}
