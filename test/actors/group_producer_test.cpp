// A group's producer: dead letters and outputs become records, and each is
// reported once. The client is scripted: what becomes of them is the test's.

#include "actors/group_producer/group_producer.hpp"

#include "support/actor_fixture.hpp"
#include "support/catch.hpp"
#include "support/scripted_writer.hpp"
#include "support/written_record.hpp"

using namespace cafka;
using namespace cafka::actors;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

kafka::error failure_of(errc code, const std::string& text) {
  return {code, text};
}

kafka::error no_broker() {
  auto result = failure_of(errc::broker_unavailable, "no broker");
  result.retriable = true;
  return result;
}

kafka::error too_large() {
  auto result = failure_of(errc::other_client_error, "MSG_SIZE_TOO_LARGE");
  result.too_large = true;
  return result;
}

struct world {
  explicit world(group_producer_settings settings = {}) {
    auto options = std::make_shared<group_options>();
    options->config.group = "g";
    options->log = [this](const log_record& x) { lines.push_back(x.text); };
    settings.client = "c";
    if (settings.topic.empty())
      settings.topic = "dlq.{group}";
    settings.wall_clock = [] { return std::int64_t{1'000}; };
    uut = fixture.system().spawn<group_producer>(
      options, settings,
      group_producer_state::listener{
        [this](const write_report& x) { reports.push_back(x); },
        [this](const letter_topics_checked& x) { checked.push_back(x); },
        [this] { ++pongs; }},
      scripted_writer::factory(script), [this] { ++closed; });
    fixture.run();
  }
  ~world() {
    caf::anon_send_exit(uut, caf::exit_reason::kill);
    fixture.run();
    for (auto& done : script->ended)
      done({});
    fixture.run();
  }

  template <class T>
  void send(T x) {
    compat::post(uut, std::move(x));
    fixture.run();
  }
  void give_up(std::uint64_t token, offset_t offset = 42) {
    output own{"orders", 5, "k", "v", {{"a", "1"}}};
    send(write_dead_letter{
      token, written(own, offset), {"", "", 3, "E", std::string(2'000, 'x')}});
  }
  /// The topic of dead letters is known from now on.
  void give_up_first(std::uint64_t token) {
    give_up(token);
    find(4);
  }
  void write(std::uint64_t token, std::vector<output> outputs) {
    send(
      write_outputs{token, {"orders", 5}, generation{7}, std::move(outputs)});
  }
  void find(partition_t n, const kafka::error& why = {}) {
    script->find(n, why);
    fixture.run();
  }
  void deliver(std::size_t i, offset_t offset) {
    script->deliver(i, offset);
    fixture.run();
  }
  void refuse(std::size_t i, const kafka::error& why) {
    script->refuse(i, why);
    fixture.run();
  }
  void pass(caf::timespan x) {
    fixture.advance(x, [this] { fixture.run(); });
  }
  bool ended() {
    return closed > 0;
  }

  actor_fixture fixture;
  std::shared_ptr<writer_script> script = std::make_shared<writer_script>();
  std::vector<std::string> lines;
  std::vector<write_report> reports;
  int pongs = 0;
  std::vector<letter_topics_checked> checked;
  int closed = 0;
  group_producer_actor uut;
};

group_producer_settings creating() {
  group_producer_settings result;
  result.create = true;
  result.replication = 3;
  return result;
}

output to(const std::string& topic, const std::string& value) {
  return {topic, 0, "k", value, {}};
}

bool has_header(const output& x, const std::string& name) {
  for (auto& h : x.headers)
    if (h.name == name)
      return true;
  return false;
}

} // namespace

TEST_CASE("a producer makes no client before it is used") {
  world x;
  CHECK(x.script->opened == 0);
  x.give_up(1);
  CHECK(x.script->opened == 1);
  x.give_up(2);
  CHECK(x.script->opened == 1);
}

TEST_CASE("a dead letter is written to its partition and reported with where "
          "it lies") {
  world x;
  x.give_up(1);
  REQUIRE(x.script->questions.size() == 1);
  CHECK(x.script->questions[0].topic == "dlq.g");
  CHECK(x.script->sent.empty());
  x.find(4);
  REQUIRE(x.script->sent.size() == 1);
  CHECK(x.script->sent[0].record.topic == "dlq.g");
  CHECK(x.script->sent[0].record.partition == 1);
  CHECK(x.reports.empty());
  x.deliver(0, 17);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].token == 1);
  CHECK(x.reports[0].source == topic_partition{"orders", 5});
  CHECK(x.reports[0].generation == generation{1});
  CHECK(x.reports[0].offset == 42);
  CHECK(x.reports[0].where == "dlq.g-1@17");
  CHECK_FALSE(x.reports[0].failure);
  // The second one asks nobody.
  x.give_up(2);
  CHECK(x.script->questions.size() == 1);
  CHECK(x.script->sent.size() == 2);
}

TEST_CASE("a dead letter that is refused is reported with the cause and the "
          "topic, once") {
  world x;
  x.give_up_first(1);
  x.refuse(0, failure_of(errc::authorization, "needs WRITE"));
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::authorization);
  CHECK(x.reports[0].failure.text == "topic dlq.g: needs WRITE");
  x.deliver(0, 1); // late
  CHECK(x.reports.size() == 1);
}

TEST_CASE("a dead letter that is too large goes once more without copied "
          "headers, then it is a failure") {
  world x;
  x.give_up_first(1);
  REQUIRE(has_header(x.script->sent[0].record, "a"));
  x.refuse(0, too_large()); // its batch may have been
  REQUIRE(x.script->sent.size() == 2);
  CHECK(has_header(x.script->sent[1].record, "a"));
  x.refuse(1, too_large());
  REQUIRE(x.script->sent.size() == 3);
  auto& shrunk = x.script->sent[2].record;
  CHECK_FALSE(has_header(shrunk, "a"));
  CHECK(has_header(shrunk, "__dlq.errors.message"));
  CHECK(size_bytes(shrunk) < 1'000);
  SECTION("the shrunk one is taken") {
    x.deliver(2, 3);
    REQUIRE(x.reports.size() == 1);
    CHECK(x.reports[0].where == "dlq.g-1@3");
  }
  SECTION("the shrunk one is too large, too") {
    x.refuse(2, too_large());
    x.refuse(3, too_large());
    CHECK(x.script->sent.size() == 4);
    REQUIRE(x.reports.size() == 1);
    CHECK(x.reports[0].failure.too_large);
  }
}

TEST_CASE("a dead letter without a report is reported as timed out, and a "
          "report that comes later is void") {
  world x;
  x.give_up_first(1);
  x.pass(31s);
  CHECK(x.reports.empty());
  x.pass(2s);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::timed_out);
  x.deliver(0, 1);
  CHECK(x.reports.size() == 1);
}

TEST_CASE("a dead letter whose topic no broker tells of is asked for again "
          "until its time is over, and says why") {
  world x;
  x.give_up(1);
  x.find(0, no_broker());
  CHECK(x.script->questions.size() == 1);
  x.pass(1s);
  CHECK(x.script->questions.size() == 2);
  x.find(0, no_broker());
  x.pass(32s);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.text == "topic dlq.g: no broker");
  // The next one is not lost behind it.
  x.give_up(2);
  x.pass(1s);
  x.find(4);
  REQUIRE(x.script->sent.size() == 1);
  x.deliver(0, 9);
  REQUIRE(x.reports.size() == 2);
  CHECK_FALSE(x.reports[1].failure);
}

TEST_CASE(
  "a topic of dead letters that does not exist is a failure, and looked "
  "for again by the next") {
  world x;
  x.give_up(1);
  x.find(0);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::unknown_topic);
  CHECK(x.script->creations.empty());
  x.give_up(2);
  CHECK(x.script->questions.size() == 2);
}

TEST_CASE("a topic of dead letters that was deleted is asked for anew") {
  world x;
  x.give_up_first(1);
  x.refuse(0, failure_of(errc::unknown_topic, "gone"));
  CHECK(x.reports.size() == 1);
  x.give_up(2);
  CHECK(x.script->questions.size() == 2);
  x.find(2);
  REQUIRE(x.script->sent.size() == 2);
  CHECK(x.script->sent[1].record.partition == 1); // 5 modulo 2
}

TEST_CASE("a topic of dead letters is made with the partitions of its source, "
          "and used once it is seen") {
  world x{creating()};
  x.give_up(1);
  x.find(0);
  REQUIRE(x.script->questions.size() == 2);
  CHECK(x.script->questions[1].topic == "orders");
  x.find(6);
  REQUIRE(x.script->creations.size() == 1);
  CHECK(x.script->creations[0].topic == "dlq.g");
  CHECK(x.script->creations[0].partitions == 6);
  CHECK(x.script->creations[0].replication == 3);
  x.script->tell(kafka::topic_created{x.script->creations[0].token, {}});
  x.pass(1s);
  REQUIRE(x.script->questions.size() == 3);
  x.find(0); // not everywhere yet
  x.pass(1s);
  REQUIRE(x.script->questions.size() == 4);
  CHECK(x.script->creations.size() == 1);
  x.find(6);
  REQUIRE(x.script->sent.size() == 1);
  CHECK(x.script->sent[0].record.partition == 5);
}

TEST_CASE("a topic of dead letters that may not be made is a failure with the "
          "cause") {
  world x{creating()};
  x.give_up(1);
  x.find(0);
  x.find(6);
  x.script->tell(
    kafka::topic_created{x.script->creations.at(0).token,
                         failure_of(errc::authorization, "needs CREATE")});
  x.fixture.run();
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::authorization);
}

TEST_CASE("a check of the topics is answered when a broker has answered, and "
          "names the missing one") {
  world x;
  x.send(check_letter_topics{3, {"orders", "invoices"}});
  CHECK(x.script->questions.size() == 1); // one topic for both
  x.find(0, no_broker());
  x.pass(10min);
  CHECK(x.checked.empty());
  SECTION("it is there") {
    x.find(1);
    REQUIRE(x.checked.size() == 1);
    CHECK(x.checked[0].token == 3);
    CHECK_FALSE(x.checked[0].failure);
  }
  SECTION("it is not") {
    x.find(0);
    REQUIRE(x.checked.size() == 1);
    CHECK(x.checked[0].missing);
    CHECK_THAT(x.checked[0].failure.text, has_text("dlq.g"));
  }
}

TEST_CASE("a topic of dead letters that is missing is told, whatever is wrong "
          "with others") {
  auto missing_first = GENERATE(false, true);
  world x{group_producer_settings{"", "dlq.{topic}"}};
  x.send(check_letter_topics{3, {"a", "b"}});
  REQUIRE(x.script->questions.size() == 2);
  auto answer = [&](std::size_t i, partition_t n, const kafka::error& why) {
    x.script->tell(kafka::topic_found{x.script->questions[i].token, n, why});
    x.fixture.run();
  };
  auto refused = failure_of(errc::authorization, "no right");
  answer(missing_first ? 1 : 0, 0, missing_first ? kafka::error{} : refused);
  answer(missing_first ? 0 : 1, 0, missing_first ? refused : kafka::error{});
  REQUIRE(x.checked.size() == 1);
  CHECK(x.checked[0].missing);
  CHECK_THAT(x.checked[0].failure.text, has_text("dlq.b"));
}

TEST_CASE("outputs are reported when all of them are written") {
  world x;
  x.write(1, {to("a", "1"), to("b", "2")});
  REQUIRE(x.script->sent.size() == 2);
  x.deliver(1, 0);
  CHECK(x.reports.empty());
  x.deliver(0, 0);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].token == 1);
  CHECK(x.reports[0].source == topic_partition{"orders", 5});
  CHECK(x.reports[0].generation == generation{7});
  CHECK_FALSE(x.reports[0].failure);
  x.write(2, {});
  CHECK(x.reports.size() == 2);
}

TEST_CASE("one output that is not written fails its call, when all have been "
          "reported") {
  world x;
  x.write(1, {to("a", "1"), to("b", "2")});
  x.refuse(0, failure_of(errc::authorization, "no"));
  CHECK(x.reports.empty());
  x.deliver(1, 0);
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.text == "topic a: no");
}

TEST_CASE("a full queue is waited for in order, and dead letters go first") {
  world x;
  x.give_up_first(1);
  x.script->room = 1;
  x.write(2, {to("a", "1"), to("a", "2"), to("a", "3")});
  CHECK(x.script->sent.size() == 2);
  x.give_up(3);
  CHECK(x.script->sent.size() == 2);
  CHECK(x.reports.empty());
  x.script->room = 3;
  x.deliver(0, 0);
  REQUIRE(x.script->sent.size() == 5);
  CHECK(x.script->sent[2].record.topic == "dlq.g");
  CHECK(x.script->sent[3].record.value == "2");
  CHECK(x.script->sent[4].record.value == "3");
}

TEST_CASE("many reports at once are all told") {
  world x;
  std::vector<output> many(5'000, to("a", "1"));
  x.write(1, many);
  REQUIRE(x.script->sent.size() == many.size());
  auto wake = std::exchange(x.script->wake, nullptr); // one wake-up for all
  for (std::size_t i = 0; i < many.size(); ++i)
    x.script->deliver(i, 0);
  SECTION("by a wake-up") {
    wake();
    x.fixture.run();
    CHECK(x.reports.size() == 1);
  }
  SECTION("by the next look, where the wake-up was lost") {
    x.pass(1s);
    CHECK(x.reports.size() == 1);
  }
}

TEST_CASE("records of a batch that is too large are sent again one by one, and "
          "those behind them to the same partition wait") {
  world x;
  x.write(1, {to("a", "1"), to("a", "2")});
  x.refuse(0, too_large());
  x.refuse(1, too_large());
  REQUIRE(x.script->sent.size() == 3);
  CHECK(x.script->sent[2].record.value == "1");
  x.write(2, {to("a", "3"), to("a", "4")});
  CHECK(x.script->sent.size() == 3);
  x.deliver(2, 0);
  REQUIRE(x.script->sent.size() == 4);
  CHECK(x.script->sent[3].record.value == "2");
  x.deliver(3, 1);
  REQUIRE(x.script->sent.size() == 6); // as before
  CHECK(x.script->sent[4].record.value == "3");
  CHECK(x.script->sent[5].record.value == "4");
  CHECK(x.reports.size() == 1);
}

TEST_CASE("a batch that is too large holds up its partition alone, and neither "
          "others nor dead letters") {
  world x;
  x.write(1, {to("a", "1"), to("b", "2")}); // b does not answer for now
  x.refuse(0, too_large());
  REQUIRE(x.script->sent.size() == 3);
  CHECK(x.script->sent[2].record.value == "1");
  output other{"a", 1, "k", "3", {}};
  x.write(2, {to("a", "4"), other, to("b", "5")});
  REQUIRE(x.script->sent.size() == 5);
  CHECK(x.script->sent[3].record.value == "3");
  CHECK(x.script->sent[4].record.value == "5");
  x.give_up_first(3);
  REQUIRE(x.script->sent.size() == 6);
  CHECK(x.script->sent[5].record.topic == "dlq.g");
  x.deliver(2, 0);
  REQUIRE(x.script->sent.size() == 7);
  CHECK(x.script->sent[6].record.value == "4");
}

TEST_CASE(
  "a record without a partition whose batch was too large is sent again "
  "to that partition, and no other of its topic may join it") {
  world x;
  output any{"a", std::nullopt, std::nullopt, "1", {}};
  auto next = any;
  next.value = "2";
  x.write(1, {any});
  x.script->tell(
    kafka::record_written{x.script->sent[0].token, {"a", 3}, -1, too_large()});
  x.fixture.run();
  REQUIRE(x.script->sent.size() == 2);
  CHECK(x.script->sent[1].record.partition == 3);
  x.write(2, {next, to("a", "0")});
  REQUIRE(x.script->sent.size() == 3); // which names another partition
  CHECK(x.script->sent[2].record.value == "0");
  x.deliver(1, 0);
  REQUIRE(x.script->sent.size() == 4);
  CHECK(x.script->sent[3].record.value == "2");
}

TEST_CASE(
  "a record that is too large alone is told, and what waits for it goes "
  "on") {
  world x;
  x.write(1, {to("a", "1")});
  x.refuse(0, too_large());
  x.write(2, {to("a", "2")});
  SECTION("it is refused again") {
    x.refuse(1, too_large());
    REQUIRE(x.reports.size() == 1);
    CHECK(x.reports[0].failure.too_large);
    REQUIRE(x.script->sent.size() == 3);
    CHECK(x.script->sent[2].record.value == "2");
  }
  SECTION("no report comes") {
    x.pass(33s);
    REQUIRE(x.reports.size() == 1);
    CHECK(x.reports[0].failure.code == errc::timed_out);
    REQUIRE(x.script->sent.size() == 3);
    CHECK(x.script->sent[2].record.value == "2");
  }
  SECTION("the client fails for good") {
    x.script->break_for_good();
    x.fixture.run();
    x.pass(1s);
    REQUIRE(x.script->sent.size() == 3);
    CHECK(x.script->sent[2].record.value == "2");
  }
  SECTION("all of it is told at the end") {
    x.send(close_producer{1s});
    x.pass(1s);
    CHECK(x.reports.size() == 2);
  }
}

TEST_CASE("a client that fails for good is replaced, what it had no report for "
          "is not written, and its late reports are void") {
  world x;
  x.write(1, {to("a", "1")});
  x.script->break_for_good();
  x.fixture.run();
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::client_fatal);
  CHECK(x.script->ended.size() == 1);
  x.write(2, {to("a", "2")});
  CHECK(x.script->opened == 1); // not at once
  x.pass(1s);
  CHECK(x.script->opened == 2);
  REQUIRE(x.script->sent.size() == 2);
  x.script->tell(
    kafka::record_written{x.script->sent[0].token, {"a", 0}, 5, {}});
  x.fixture.run();
  CHECK(x.reports.size() == 1);
  x.deliver(1, 6);
  REQUIRE(x.reports.size() == 2);
  CHECK(x.reports[1].token == 2);
  CHECK_FALSE(x.reports[1].failure);
}

TEST_CASE(
  "a client that cannot be made is told for what waits, and made by the "
  "next") {
  world x;
  x.script->open_fails = failure_of(errc::other_client_error, "no thread");
  x.write(1, {to("a", "1")});
  REQUIRE(x.reports.size() == 1);
  CHECK_THAT(x.reports[0].failure.text, has_text("no thread"));
  x.script->open_fails = {};
  x.write(2, {to("a", "1")});
  x.pass(1s);
  CHECK(x.script->sent.size() == 1);
}

TEST_CASE(
  "a record that the client refuses at once is reported like any other") {
  world x;
  x.script->send_fails = failure_of(errc::unknown_topic, "no such partition");
  x.write(1, {to("a", "1")});
  REQUIRE(x.reports.size() == 1);
  CHECK(x.reports[0].failure.code == errc::unknown_topic);
}

TEST_CASE("a producer that is closed waits for what is open within the limit, "
          "and its client is ended") {
  world x;
  x.write(1, {to("a", "1")});
  x.send(close_producer{10s});
  CHECK(x.script->ended.empty());
  SECTION("the reports come") {
    x.deliver(0, 0);
    CHECK(x.reports.size() == 1);
    CHECK_FALSE(x.reports[0].failure);
    REQUIRE(x.script->ended.size() == 1);
  }
  SECTION("they do not") {
    x.pass(10s);
    REQUIRE(x.reports.size() == 1);
    CHECK(x.reports[0].failure.code == errc::timed_out);
    REQUIRE(x.script->ended.size() == 1);
  }
  CHECK_FALSE(x.ended());
  x.script->ended[0]({});
  x.fixture.run();
  CHECK(x.ended());
}

TEST_CASE("a producer that dies ends its client") {
  world x;
  x.write(1, {to("a", "1")});
  caf::anon_send_exit(x.uut, caf::exit_reason::kill);
  x.fixture.run();
  CHECK(x.script->ended.size() == 1);
  CHECK(x.reports.empty()); // its owner sees the end
}

TEST_CASE("a producer answers a ping, also while a dead letter is open") {
  world w;
  w.give_up_first(1);
  w.send(ping{});
  CHECK(w.pongs == 1);
}
