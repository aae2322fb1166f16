// Programs as handlers on a real broker: rebalances, kills, and programs that
// are killed at random.

#include "broker_support/secure_config.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <sys/stat.h>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using test_clock = std::chrono::steady_clock;

constexpr int partitions = 4;

/// Appends where each record is from to a file, and acks. Says which process it
/// is.
constexpr auto acks = R"(#!/usr/bin/env python3
import json, os, sys
out = open(os.environ["HANDLED"], "a", buffering=1)
print("process", os.getpid(), file=sys.stderr, flush=True)
for line in sys.stdin:
    batch = json.loads(line)
    for x in batch.get("records", []):
        out.write(f"{batch['partition']} {x['offset']} {os.getpid()}\n")
    if "records" in batch:
        print('{"ack":true}', flush=True)
)";

/// The same, but in one call of five it comes to harm at one of the records,
/// unless its partition is the last or there is peace: each time in another way
/// than the time before.
constexpr auto comes_to_harm = R"(#!/usr/bin/env python3
import ctypes, json, os, random, signal, sys, time
def harm():
    with open(os.environ["HANDLED"] + ".harms", "a") as harms:
        harms.write("x")
        how = harms.tell() % 4
    if how == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    if how == 1:
        ctypes.string_at(0)
    if how == 2:
        time.sleep(1000)
    sys.exit(7)
out = open(os.environ["HANDLED"], "a", buffering=1)
mortal = os.environ["CAFKA_PARTITION"] != "3"
for line in sys.stdin:
    batch = json.loads(line)
    records = batch.get("records", [])
    harms = mortal and records and random.random() < 0.2
    if harms and os.path.exists(os.environ["HANDLED"] + ".peace"):
        harms = False
    last = random.randrange(len(records)) if harms else -1
    for i, x in enumerate(records):
        if i == last:
            harm()
        out.write(f"{batch['partition']} {x['offset']} {os.getpid()}\n")
    if records:
        print('{"ack":true}', flush=True)
)";

int count_of(const std::string& part, const std::string& text) {
  auto result = 0;
  for (auto at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1))
    ++result;
  return result;
}

/// What was handled of a partition, in its order.
struct handled {
  std::vector<int> offsets;
  std::set<int> processes;

  /// Whether none came before the one below it.
  bool in_order() const {
    auto next = 0;
    for (auto x : offsets) {
      if (x > next)
        return false;
      next = std::max(next, x + 1);
    }
    return true;
  }
};

struct programs_world {
  explicit programs_world(const char* script = acks) : topic(unique_name()) {
    kafka.create_topic(topic, partitions);
    conf = files.write("a.conf", secure_config(kafka.endpoints(), topic, {}));
    handler = files.write("handler", script);
    chmod(handler.c_str(), 0755);
    setenv("HANDLED", files.path("handled").c_str(), 1);
  }
  std::vector<std::string> member(std::vector<std::string> more = {}) const {
    std::vector<std::string> result{CAFKA_PROGRAM, "run", conf};
    result.insert(result.end(), more.begin(), more.end());
    result.insert(result.end(), {"--exec", handler});
    return result;
  }
  void produce(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i)
      lines += std::to_string(i) + "\n";
    auto x = run_program({"produce", conf, topic}, {lines});
    INFO(x.err);
    REQUIRE(x.code == 0);
    produced += static_cast<std::size_t>(count);
  }
  std::map<int, handled> all_handled() const {
    std::map<int, handled> result;
    std::ifstream in{files.path("handled")};
    for (int partition = 0, offset = 0, pid = 0;
         in >> partition >> offset >> pid;) {
      result[partition].offsets.push_back(offset);
      result[partition].processes.insert(pid);
    }
    return result;
  }
  std::size_t count_handled() const {
    std::size_t result = 0;
    for (auto& [partition, x] : all_handled())
      result += std::set<int>(x.offsets.begin(), x.offsets.end()).size();
    return result;
  }
  /// Until all that was produced is handled; false: it takes too long.
  bool await_all(app_process& member) const {
    auto end = test_clock::now() + 150s;
    while (count_handled() < produced && test_clock::now() < end)
      member.read_now();
    return count_handled() == produced;
  }
  /// So many were done.
  std::uintmax_t harms() const {
    std::error_code none;
    auto result = std::filesystem::file_size(files.path("handled.harms"), none);
    return none ? 0 : result;
  }
  /// No program comes to harm from now on.
  void make_peace() const {
    files.write("handled.peace", "");
  }
  /// All that every partition has is.
  void check_committed() const {
    auto offsets = run_program({"offsets", conf, "--json"});
    INFO(offsets.out << offsets.err);
    CHECK(offsets.code == 0);
    CHECK(count_of("\"lag\":", offsets.out) == partitions);
    CHECK(count_of("\"lag\":0", offsets.out) == partitions);
  }

  cluster kafka{"kafka-1"};
  scratch_directory files;
  std::string topic;
  std::string conf;
  std::string handler;
  std::size_t produced = 0;
};

void stop(app_process& x) {
  x.send(SIGTERM);
  auto code = x.wait();
  INFO(x.err());
  CHECK(code == 0);
}

/// The processes that its handlers said they are.
std::set<pid_t> processes_of(const app_process& x) {
  std::set<pid_t> result;
  std::istringstream lines{x.err()};
  for (std::string line; std::getline(lines, line);)
    if (auto at = line.find("facility=exec: process "); at != std::string::npos)
      result.insert(
        std::atoi(line.c_str() + at + sizeof("facility=exec: process ") - 1));
  return result;
}

bool is_gone(pid_t x) {
  return kill(x, 0) == -1 && errno == ESRCH;
}

/// So long programs come to harm: as long as CAFKA_SOAK_SECONDS says.
std::chrono::seconds harm_time() {
  auto* text = std::getenv("CAFKA_SOAK_SECONDS");
  return std::chrono::seconds{text ? std::atoi(text) : 20};
}

} // namespace

TEST_CASE("programs of members that come and go handle every record") {
  programs_world w;
  w.produce(2'000);
  app_process first{w.member()};
  REQUIRE(first.await_error(" assigned generation="));
  {
    app_process second{w.member()};
    REQUIRE(second.await_error(" assigned generation="));
    w.produce(2'000);
    stop(second);
  }
  CHECK(w.await_all(first));
  stop(first);
  w.check_committed();
}

TEST_CASE("the kill of a member ends its programs, and the other member gets "
          "their records") {
  programs_world w;
  w.produce(400);
  app_process first{w.member()};
  REQUIRE(first.await_error(" assigned generation="));
  app_process second{w.member()};
  REQUIRE(second.await_error("facility=exec: process "));
  auto killed = processes_of(second);
  for (auto x : killed)
    CHECK_FALSE(is_gone(x));
  auto begin = test_clock::now();
  second.send(SIGKILL);
  for (auto x : killed)
    while (!is_gone(x) && test_clock::now() < begin + 30s)
      first.read_now();
  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
    test_clock::now() - begin);
  for (auto x : killed)
    CHECK(is_gone(x));
  WARN(killed.size() << " programs were gone after " << took.count() << " ms");
  CHECK(second.wait() == 128 + SIGKILL);
  w.produce(400);
  CHECK(w.await_all(first));
  stop(first);
  w.check_committed();
}

TEST_CASE(
  "programs that are killed at random lose no record and keep the order, "
  "and a partition beside them goes on") {
  programs_world w{comes_to_harm};
  app_process member{
    w.member({"--cafka.restart-backoff-max=200ms", "--cafka.batch-size=50",
              "--cafka.handler-init-args.call-timeout=2s",
              "--cafka.handler-init-args.term-after=500ms"})};
  REQUIRE(member.await_error(" assigned generation=", partitions));
  // As long as that, and until each harm was done.
  auto end = test_clock::now() + harm_time();
  while (test_clock::now() < end || w.harms() < 8) {
    if (w.count_handled() + 400 >= w.produced)
      w.produce(200);
    member.read_now();
  }
  w.make_peace();
  auto all = w.await_all(member);
  INFO(member.err());
  CHECK(all);
  stop(member);
  w.check_committed();
  for (auto* harm : {"signal 9", "signal 11", "exit 7", "timeout"})
    CHECK(count_of(harm, member.err()) > 0);
  auto handled = w.all_handled();
  for (auto& [partition, x] : handled)
    CHECK(x.in_order());
  CHECK(handled[partitions - 1].processes.size() == 1);
}
