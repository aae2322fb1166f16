// `cafka offsets reset`, and the move of a partition of a group that runs, on a
// real broker: it knows who its members are, and what was written when.

#include "broker_support/failing_group.hpp"
#include "broker_support/secure_config.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <fmt/format.h>

#include <csignal>

using namespace cafka;
using namespace cafka::test;

namespace {

/// A topic of one partition and a group of its name, which has read the first
/// five of eight records.
struct reset_world {
  reset_world() : topic(unique_name()) {
    conf = files.write("a.conf", secure_config(kafka.endpoints(), topic, {}));
    kafka.create_topic(topic, 1);
    write("one\ntwo\nthree\nfour\nfive\n");
    {
      auto reader = start();
      CHECK(reader->await_output("\"five\""));
      reader->send(SIGINT);
      CHECK(reader->wait() == 0);
    }
    write("six\nseven\neight\n");
  }
  void write(const std::string& lines) {
    REQUIRE(run_program({"produce", conf, topic}, {lines}).code == 0);
  }
  std::unique_ptr<app_process> start() {
    return std::make_unique<app_process>(
      std::vector<std::string>{CAFKA_PROGRAM, "run", conf});
  }
  outcome reset(std::vector<std::string> args) {
    args.insert(args.begin(), {"offsets", "reset", conf, "--timeout", "40"});
    return run_program(args);
  }
  offset_t committed() {
    auto x = run_program({"offsets", conf, "--json", "--timeout", "40"});
    constexpr std::string_view key = "\"committed\":";
    auto at = x.out.find(key);
    REQUIRE(at != std::string::npos);
    return std::stoll(x.out.substr(at + key.size(), 20));
  }

  cluster kafka{"kafka-1"};
  scratch_directory files;
  std::string topic;
  std::string conf;
};

bool shows(const outcome& x, const std::string& before,
           const std::string& after) {
  return has(x.out, fmt::format("  {:>12}  {:>12}\n", before, after))
         && has(x.out, fmt::format("  {:>12}  {:>12}\n", "BEFORE", "AFTER"));
}

} // namespace

TEST_CASE("offsets of a group that does not run are moved, and before and "
          "after are shown") {
  reset_world w;
  auto x = w.reset({"--to", "3", "--dry-run"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(shows(x, "5", "3"));
  CHECK(w.committed() == 5);
  x = w.reset({"--to", "3"}); // nobody can be asked
  CHECK(x.code == 2);
  CHECK(has(x.err, "--yes is required"));
  CHECK(w.committed() == 5);
  x = w.reset({"--to", "3", "--yes"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(shows(x, "5", "3"));
  CHECK(has(x.err, "1 offsets of group " + w.topic + " are committed"));
  CHECK(w.committed() == 3);
  auto reader = w.start();
  CHECK(reader->await_output("\"eight\""));
  CHECK(reader->count_output("\"three\"") == 0);
  CHECK(reader->count_output("\"four\"") == 1);
  reader->send(SIGINT);
  CHECK(reader->wait() == 0);
}

TEST_CASE("offsets are moved to the ends of the log and to a time, and not "
          "beyond") {
  reset_world w;
  CHECK(shows(w.reset({"--to", "earliest", "--dry-run"}), "5", "0"));
  CHECK(shows(w.reset({"--to", "latest", "--dry-run"}), "5", "8"));
  CHECK(shows(w.reset({"--to", "1970-01-01", "--dry-run"}), "5", "0"));
  CHECK(shows(w.reset({"--to", "9999-01-01", "--dry-run"}), "5", "8"));
  auto x = w.reset({"--to", "9", "--yes"});
  INFO(x.out << x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, w.topic + "/0: offset 9: the broker has 0 to 8"));
  CHECK(w.committed() == 5);
  x = w.reset({"--to", "0", "--topic", w.topic, "--partition", "1"});
  CHECK(x.code == 2);
  CHECK(has(x.err, "topic " + w.topic + " has no partition 1"));
}

TEST_CASE("offsets of a group that runs are not moved") {
  reset_world w;
  auto member = w.start();
  REQUIRE(member->await_output("\"eight\""));
  auto x = w.reset({"--to", "0", "--yes"});
  INFO(x.out << x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err,
            "group " + w.topic + " has 1 members: it is to be stopped first"));
  member->send(SIGINT);
  CHECK(member->wait() == 0);
  CHECK(w.committed() == 8);
}

TEST_CASE("a partition of a group that runs is moved, and the broker has the "
          "commit") {
  cluster kafka{"kafka-1"};
  failing_group::settings settings;
  settings.dead_letter = "create = true";
  failing_group group{kafka, settings};
  group.write(0, {"a", "b", "c", "d"});
  auto member = group.start();
  INFO(member->err());
  REQUIRE(member->await_output(group.committed_line(4)));
  member->type("move 0 2");
  CHECK(member->await_output("answer done"));
  CHECK(
    member->await_output(fmt::format("handled {}-0@2\n", group.topic()), 2));
  CHECK(
    member->await_output(fmt::format("handled {}-0@3\n", group.topic()), 2));
  CHECK(member->count_output(fmt::format("handled {}-0@1\n", group.topic()))
        == 1);
  member->type("move 0 1970-01-01");
  CHECK(member->await_output("answer done", 2));
  CHECK(
    member->await_output(fmt::format("handled {}-0@0\n", group.topic()), 2));
  member->type("move 0 5");
  CHECK(member->await_output("answer out_of_range"));
  member->send(SIGINT);
  CHECK(member->wait() == 0);
  CHECK(group.committed() == 4);
}
