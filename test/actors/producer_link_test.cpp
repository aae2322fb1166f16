// A producer as its owner has it: made at its first use, and anew when it dies.

#include "actors/group_producer/producer_link.hpp"

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"
#include "support/written_record.hpp"

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// What producers got, of all incarnations.
struct heard_orders {
  std::vector<write_dead_letter> letters;
  std::vector<write_outputs> outputs;
  std::vector<check_letter_topics> checks;
  int closes = 0;
  int pings = 0;
};

struct silent_producer {
  static constexpr const char* name = "test.producer";
  using base = group_producer_actor::base;
  silent_producer(base*, heard_orders* x) : in(x) {
  }
  group_producer_actor::behavior_type make_behavior() {
    return {
      [this](const write_dead_letter& x) { in->letters.push_back(x); },
      [this](const write_outputs& x) { in->outputs.push_back(x); },
      [this](const check_letter_topics& x) { in->checks.push_back(x); },
      [this](const close_producer&) { ++in->closes; },
      [this](ping) { ++in->pings; },
      [](producer_ready) {},
      [](producer_tick) {},
    };
  }
  heard_orders* in;
};

struct world {
  ~world() {
    for (auto& x : spawned)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    fixture.run();
  }
  void write_letter() {
    uut.write(write_dead_letter{0, written({"t", 1, "k", "v", {}}, 9), {}}, 5);
    fixture.run();
  }
  void write_output() {
    uut.write(write_outputs{0, {"t", 2}, generation{4}, {}}, 6);
    fixture.run();
  }

  actor_fixture fixture;
  heard_orders in;
  std::vector<group_producer_actor> spawned;
  std::vector<std::uint64_t> incarnations;
  std::vector<write_report> lost;
  producer_link uut{
    [this](std::uint64_t incarnation) {
      incarnations.push_back(incarnation);
      group_producer_actor x
        = fixture.system()
            .spawn<compat::actor_of<silent_producer, silent_producer::base>>(
              &in);
      spawned.push_back(x);
      return x;
    },
    [this](const write_report& x) { lost.push_back(x); }};
};

write_report report_of(std::uint64_t token) {
  write_report result;
  result.token = token;
  return result;
}

const kafka::error died{errc::other_client_error, "the producer died"};

} // namespace

TEST_CASE("a group's producer is made at its first use, once") {
  world x;
  CHECK(x.incarnations.empty());
  x.write_letter();
  x.write_output();
  CHECK(x.incarnations == std::vector<std::uint64_t>{1});
  REQUIRE(x.in.letters.size() == 1);
  REQUIRE(x.in.outputs.size() == 1);
  CHECK(x.in.letters[0].token != x.in.outputs[0].token);
}

TEST_CASE("a report counts once, and one that nobody waits for is void") {
  world x;
  x.write_letter();
  auto token = x.in.letters.at(0).token;
  CHECK_FALSE(x.uut.accept(report_of(token + 1)).has_value());
  CHECK(x.uut.open() == 1);
  auto accepted = x.uut.accept(report_of(token));
  REQUIRE(accepted.has_value());
  CHECK(accepted->id == 5);
  CHECK_FALSE(x.uut.accept(report_of(token)).has_value());
  CHECK(x.uut.open() == 0);
}

TEST_CASE("what a dead producer had no report for counts as not written, and "
          "its late reports are void") {
  world x;
  x.write_letter();
  x.write_output();
  x.uut.on_down(1, died);
  REQUIRE(x.lost.size() == 2);
  CHECK(x.lost[0].source == topic_partition{"t", 1});
  CHECK(x.lost[0].generation == generation{1});
  CHECK(x.lost[0].offset == 9);
  CHECK(x.lost[0].failure.text == "the producer died");
  CHECK(x.lost[1].source == topic_partition{"t", 2});
  CHECK(x.lost[1].generation == generation{4});
  CHECK(x.lost[1].id == 6);
  CHECK_FALSE(x.uut.accept(report_of(x.in.letters.at(0).token)).has_value());
  CHECK(x.incarnations.size() == 1); // not before it is used
  x.write_letter();
  CHECK(x.incarnations == std::vector<std::uint64_t>{1, 2});
  x.uut.on_down(1, died); // of the old one
  CHECK(x.lost.size() == 2);
  CHECK(x.uut.open() == 1);
}

TEST_CASE("a check that a dead producer did not answer is asked of the next") {
  world x;
  x.uut.check({0, {"t"}});
  x.uut.on_down(1, died);
  x.fixture.run();
  CHECK(x.incarnations == std::vector<std::uint64_t>{1, 2});
  REQUIRE(x.in.checks.size() == 2);
  CHECK(x.in.checks[0].token == x.in.checks[1].token);
  letter_topics_checked answer;
  answer.token = x.in.checks[1].token;
  CHECK(x.uut.accept(answer));
  CHECK_FALSE(x.uut.accept(answer));
  x.uut.on_down(2, died);
  x.fixture.run();
  CHECK(x.incarnations.size() == 2);
}

TEST_CASE("there is nothing to wait for where no producer was used") {
  world x;
  CHECK_FALSE(x.uut.close(1s));
  x.write_letter();
  CHECK(x.uut.close(1s));
  x.fixture.run();
  CHECK(x.in.closes == 1);
}
