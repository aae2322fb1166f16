// A group whose handler fails, or writes, on an Apache Kafka that refuses what
// it writes, and with members that are killed.

// Shows maps.
#define CATCH_CONFIG_ENABLE_PAIR_STRINGMAKER

#include "broker_support/failing_group.hpp"
#include "broker_support/topic_content.hpp"
#include "broker_support/topic_right.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

struct failure_world {
  explicit failure_world(failing_group::settings x = {})
    : group(kafka, std::move(x)) {
  }

  cluster kafka{"kafka-1"};
  failing_group group;
};

/// With the topic for dead letters.
struct lettered_world : failure_world {
  explicit lettered_world(const cluster::settings& topic = {},
                          failing_group::settings x = {})
    : failure_world(std::move(x)) {
    kafka.create_topic(group.dead(), 1, topic);
  }
};

/// Its line of the event, up to the error; both words end so.
std::string line(const failing_group& of, const std::string& event,
                 offset_t offset, const std::string& error = {}) {
  return event + " " + of.topic() + "-0@" + std::to_string(offset) + " "
         + error;
}

void await(app_process& x, const std::string& text, int times = 1) {
  auto came = x.await_output(text, times);
  INFO(x.out() << x.err());
  REQUIRE(came);
}

void check_end(app_process& x) {
  x.send(SIGTERM);
  auto code = x.wait();
  INFO(x.out() << x.err());
  CHECK(code == 0);
}

} // namespace

TEST_CASE("on a real Kafka a group whose topic for dead letters is missing "
          "ends before its first record") {
  failure_world w;
  w.group.write(0, {"a"});
  auto member = w.group.start();
  CHECK(member->wait() == 4); // it gave up
  CHECK_THAT(member->out(), has_text("supervisor_gave_up")
                              && has_text("dead_letter_topic_missing")
                              && has_text(w.group.dead())
                              && !has_text("handled"));
}

TEST_CASE("on a real Kafka a topic for dead letters is made where that is "
          "wanted, with the partitions of the source") {
  failing_group::settings x;
  x.partitions = 3;
  x.dead_letter = "create = true";
  failure_world w{x};
  w.group.write(2, {"a", "poison"});
  auto member = w.group.start();
  await(*member, w.group.committed_line(2, 2));
  check_end(*member);
  INFO(member->out());
  CHECK(partitions_of(w.kafka, w.group.dead()) == 3);
  CHECK(w.kafka.range({w.group.dead(), 2}) == offset_range{0, 1});
  CHECK(w.group.letters(2) == std::map<offset_t, int>{{1, 1}});
}

TEST_CASE("a dead letter that the broker refuses is told with the right that "
          "it needs, and is written when that is there") {
  lettered_world w;
  w.group.write(0, {"a", "poison", "b"});
  topic_right right{w.kafka, w.group.dead(), topic_right::use::write};
  right.take_away();
  // The broker hears of it a moment later.
  auto deadline = std::chrono::steady_clock::now() + 30s;
  while (w.group.try_write({w.group.dead(), 0}, "may I?").empty())
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  auto member = w.group.start();
  auto refused = line(w.group, "dead_letter_failed", 1);
  await(*member, refused, 2);
  CHECK_THAT(member->out(), has_text("WRITE to produce")
                              && has_text(w.group.dead())
                              && !has_text("dead_lettered"));
  CHECK(w.group.committed() <= 1);
  CHECK(w.group.letters().empty());
  right.give_back();
  await(*member, w.group.committed_line(3));
  check_end(*member);
  CHECK(w.group.letters() == std::map<offset_t, int>{{1, 1}});
}

TEST_CASE("a topic for dead letters that is deleted while the group runs "
          "loses no record") {
  failing_group::settings x;
  x.timeout = "5s"; // sooner told
  lettered_world w{{}, x};
  w.group.write(0, {"a", "poison"});
  auto member = w.group.start();
  await(*member, w.group.committed_line(2));
  w.kafka.delete_topic(w.group.dead());
  offset_t last = 1;
  do { // it is there for a moment still
    w.group.write(0, {"poison"});
    await(*member, "\ndead_letter", static_cast<int>(++last));
  } while (member->count_output("\ndead_letter_failed") == 0);
  w.group.write(0, {"b"});
  CHECK(w.group.committed() <= last);
  w.kafka.create_topic(w.group.dead(), 1);
  await(*member, w.group.committed_line(last + 2));
  check_end(*member);
  auto letters = w.group.letters();
  CHECK(letters.size() == 1);
  CHECK(letters[last] >= 1);
}

TEST_CASE("a dead letter that its topic finds too large is shrunk, and where "
          "that is too large, too, the offset stays") {
  lettered_world w{{{"max.message.bytes", "2000"}}};
  const std::string large(4'000, 'x');
  w.group.write(0, {"poison"}, {{"large", large}});
  w.group.write(0, {"poison" + large, "b"});
  auto member = w.group.start();
  await(*member, line(w.group, "dead_lettered", 0));
  auto letter = content_of(w.kafka, w.group.dead()).at(0);
  CHECK(letter.view().value() == "poison");
  for (std::size_t i = 0; i < letter.view().header_count(); ++i)
    CHECK(letter.view().header_at(i).name != "large");
  await(*member, line(w.group, "dead_letter_failed", 1), 2);
  CHECK_THAT(member->out(), has_text("MSG_SIZE_TOO_LARGE"));
  CHECK(w.group.committed() <= 1);
  w.kafka.configure_topic(w.group.dead(), {{"max.message.bytes", "100000"}});
  await(*member, w.group.committed_line(3));
  check_end(*member);
  CHECK(w.group.letters() == std::map<offset_t, int>{{0, 1}, {1, 1}});
}

// Before its report: test/cluster.
TEST_CASE("a poison record of a member that is killed at a step of its way is "
          "a dead letter once or twice, and all else is handled") {
  constexpr offset_t first = 5, second = 12, end = 20;
  auto [death, times] = GENERATE(table<std::string, int>(
    {{"record_failed@5", 1}, // before the dead letter is produced
     {"dead_lettered@5", 2}, // before its report is an ack
     {"commit_sent@6", 2},   // before the request leaves
     {"committed@6", 1}}));
  CAPTURE(death);
  failing_group::settings x;
  x.producer = "linger-ms = 100"; // who does not wait for reports is seen
  lettered_world w{{}, x};
  std::vector<std::string> values(end, "good");
  values[first] = values[second] = "poison";
  w.group.write(0, values);
  auto killed = w.group.start(death);
  CHECK(killed->wait() == 128 + SIGKILL);
  auto member = w.group.start();
  await(*member, w.group.committed_line(end));
  check_end(*member);
  auto letters = w.group.letters();
  CHECK(letters.size() == 2);
  CHECK(letters[first] == times);
  CHECK(letters[second] >= 1);
  CHECK(letters[second] <= 2);
  CHECK(w.group.handled(killed->out() + member->out()).size() == end - 2);
}

TEST_CASE("outputs of members that are killed keep their order, and none is "
          "lost") {
  constexpr int more = 100;
  failing_group::settings x;
  x.partitions = 2;
  x.handler = "transform";
  x.retries = "\"unlimited\"";    // no output is any record's fault
  x.producer = "linger-ms = 100"; // who does not wait for reports is seen
  lettered_world w{{}, x};
  w.kafka.create_topic(w.group.out(), 2);
  offset_t count = 0;
  auto write = [&] {
    for (partition_t i = 0; i < 2; ++i)
      w.group.write(i, std::vector<std::string>(more, "x"));
    count += more;
  };
  for (auto* death : {"commit_sent@20", "committed@120", "commit_sent@220"}) {
    write();
    CHECK(w.group.start(death)->wait() == 128 + SIGKILL);
  }
  write();
  auto member = w.group.start();
  for (partition_t i = 0; i < 2; ++i)
    await(*member, w.group.committed_line(count, i));
  check_end(*member);
  for (partition_t i = 0; i < 2; ++i)
    CHECK(w.group.wrong_outputs(count, i) == "");
}
