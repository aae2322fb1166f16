// Dead letters and outputs whose broker goes away while they are on their way.

#include "broker_support/failing_group.hpp"
#include "support/catch.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// What the group writes to is at one broker alone, which neither leads what it
/// reads nor coordinates it.
struct world {
  explicit world(failing_group::settings x = {})
    : group(kafka, for_outages(std::move(x))) {
    static_cast<void>(group.committed()); // so that there is a coordinator
    auto leader = kafka.leader({group.topic(), 0});
    auto coordinator = kafka.coordinator(group.topic());
    REQUIRE(leader > 0);
    REQUIRE(coordinator > 0);
    while (away == leader || away == coordinator)
      ++away;
    for (auto& name : {group.dead(), group.out()})
      kafka.create_topic_at(away, name, 1);
  }

  static failing_group::settings for_outages(failing_group::settings x) {
    x.timeout = "5s";
    x.patience = std::chrono::seconds{280}; // a broker may take 60 s to start
    return x;
  }

  struct healed : cluster {
    healed() : cluster("kafka-3") {
      heal();
    }
  } kafka;
  failing_group group;
  int away = 1;
};

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

TEST_CASE("a dead letter whose broker is killed is written when that is back, "
          "and until then nothing at or above its record is committed") {
  world w;
  w.group.write(0, {"a", "poison"});
  auto member = w.group.start();
  await(*member, w.group.committed_line(2));
  REQUIRE(w.kafka.node(w.away, "kill")->wait() == 0);
  w.group.write(0, {"poison", "b"});
  await(*member, "dead_letter_failed " + w.group.topic() + "-0@2", 2);
  CHECK(w.group.committed() == 2);
  REQUIRE(w.kafka.node(w.away, "start")->wait() == 0);
  await(*member, w.group.committed_line(4));
  check_end(*member);
  auto letters = w.group.letters();
  CHECK(letters[1] == 1);
  CHECK(letters[2] >= 1);
}

TEST_CASE("a member that is killed while its dead letter is on its way leaves "
          "the record to the next, which writes it") {
  failing_group::settings x;
  x.producer = "debug = \"protocol\"";
  world w{x};
  w.group.write(0, {"a", "poison"});
  auto killed = w.group.start();
  await(*killed, w.group.committed_line(2));
  REQUIRE(w.kafka.node(w.away, "pause")->wait() == 0);
  auto sent = killed->count_output("Sent ProduceRequest");
  w.group.write(0, {"poison", "b"});
  await(*killed, "Sent ProduceRequest", sent + 1);
  killed->send(SIGKILL);
  CHECK(killed->wait() == 128 + SIGKILL);
  CHECK(w.group.committed() == 2);
  REQUIRE(w.kafka.node(w.away, "continue")->wait() == 0);
  auto member = w.group.start();
  await(*member, w.group.committed_line(4));
  check_end(*member);
  auto letters = w.group.letters();
  CHECK(letters[1] == 1);
  CHECK(letters[2] >= 1);
  CHECK(letters[2] <= 2);
}

TEST_CASE("outputs whose broker is killed are written when that is back, in "
          "their order, and until then no call behind them counts") {
  constexpr offset_t before = 100, count = 200;
  failing_group::settings x;
  x.handler = "transform";
  x.retries = "\"unlimited\""; // no output is any record's fault
  world w{x};
  w.group.write(0, std::vector<std::string>(before, "x"));
  auto member = w.group.start();
  await(*member, w.group.committed_line(before));
  REQUIRE(w.kafka.node(w.away, "kill")->wait() == 0);
  w.group.write(0, std::vector<std::string>(count - before, "x"));
  await(*member, "output_failed", 2);
  CHECK(w.group.committed() == before);
  REQUIRE(w.kafka.node(w.away, "start")->wait() == 0);
  await(*member, w.group.committed_line(count));
  check_end(*member);
  CHECK(w.group.wrong_outputs(count) == "");
}
