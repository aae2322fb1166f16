// `cafka dead-letters` against a broker: what it lists, shows and writes back.

#include "broker_support/secure_config.hpp"
#include "broker_support/topic_content.hpp"
#include "core/dead_letter.hpp"
#include "kafka/idempotent_producer.hpp"
#include "kafka/producer.hpp"
#include "kafka/producing_properties.hpp"
#include "support/catch.hpp"
#include "support/kafka_bell.hpp"
#include "support/run_program.hpp"
#include "support/written_record.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <fstream>
#include <set>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using headers = std::vector<output_header>;

std::string bytes(std::initializer_list<int> xs) {
  return {xs.begin(), xs.end()};
}

/// A topic of two partitions, read by a group of its name, and the topic of its
/// dead letters.
struct dead_letters_world {
  dead_letters_world() : topic(unique_name()), dead("dlq." + topic) {
    kafka.create_topic(topic, 2);
    kafka.create_topic(dead, 2);
    conf = files.write("a.conf", secure_config(kafka.endpoints(), topic, {}));
  }

  /// Written one behind the other.
  void write(const std::vector<output>& xs) {
    std::string failures;
    auto out = kafka::producer::open(
      {{"bootstrap.servers", kafka.endpoints()}, {"linger.ms", "50"}},
      [&](std::uint64_t, partition_t, offset_t, const kafka::error& why) {
        failures += why.text;
      });
    REQUIRE(out);
    for (auto& x : xs) {
      std::vector<header> native;
      for (auto& h : x.headers)
        native.push_back({h.name, bytes_of(h.value)});
      REQUIRE((*out)->send(x.topic, *x.partition, bytes_of(x.key),
                           bytes_of(x.value), 0, native));
    }
    REQUIRE((*out)->flush(30s));
    REQUIRE(failures == "");
  }

  /// As the group writes it, of the record at `offset`.
  output letter(offset_t offset, partition_t partition = 1,
                const std::string& cause = "no such customer",
                std::uint32_t replays = 0, const std::string& group = {}) {
    output own{topic, partition, "k", fmt::format("v{}", offset), {{"a", "1"}}};
    if (replays > 0)
      own.headers.push_back({"__cafka.replay.count", std::to_string(replays)});
    auto failed = written(own, offset, 1'234, timestamp_type::create_time);
    return core::make_dead_letter(
      failed.view(), {group.empty() ? topic : group, "c", 3, "E", cause},
      {dead, 2, true, header_style::kafka}, 1'700'000'000'000);
  }
  output foreign(headers xs) {
    return {dead, 0, std::nullopt, "foreign", std::move(xs)};
  }

  outcome run(std::vector<std::string> args) {
    args.insert(args.begin(), "dead-letters");
    args.insert(args.begin() + 2, conf);
    auto result = run_program(args);
    UNSCOPED_INFO(result.out << result.err);
    return result;
  }

  /// All records of the topic, with headers.
  std::vector<owned_record> read() {
    return content_of(kafka, topic);
  }

  cluster kafka{"kafka-1"};
  scratch_directory files;
  std::string topic;
  std::string dead;
  std::string conf;
};

std::string value_of(const owned_record& x) {
  return std::string{x.view().value().value_or("")};
}

std::multiset<std::string> values_of(const std::vector<owned_record>& xs) {
  std::multiset<std::string> result;
  for (auto& x : xs)
    result.insert(value_of(x));
  return result;
}

} // namespace

TEST_CASE("dead letters are listed whoever wrote them, and those of another "
          "group are not") {
  dead_letters_world w;
  w.write(
    {w.letter(42), w.letter(43, 1, "another's", 0, "another-group"),
     w.foreign({{"mine", "no dead letter"}}),
     w.foreign({{"__connect.errors.topic", "t"},
                {"__connect.errors.partition", "2"},
                {"__connect.errors.offset", "30"},
                {"__connect.errors.exception.class.name", "org.example.Bad"},
                {"__connect.errors.exception.message", "of connect"}}),
     w.foreign({{"__streams.errors.topic", "t"},
                {"__streams.errors.partition", "1"},
                {"__streams.errors.offset", "31"},
                {"__streams.errors.exception", "java.lang.Error"},
                {"__streams.errors.message", "of streams"}}),
     w.foreign({{"kafka_dlt-original-topic", "t"},
                {"kafka_dlt-original-partition", bytes({0, 0, 0, 3})},
                {"kafka_dlt-original-offset", bytes({0, 0, 0, 0, 0, 0, 1, 0})},
                {"kafka_dlt-original-consumer-group", w.topic},
                {"kafka_dlt-exception-fqcn", "java.lang.Error"},
                {"kafka_dlt-exception-message", "of spring"}})});
  SECTION("as JSON") {
    auto x = w.run({"list", "--json"});
    CHECK(x.code == 0);
    auto all = json::parse(x.out);
    REQUIRE(all.size() == 4);
    std::map<std::string, json> by_cause;
    for (auto& y : all)
      by_cause[y["cause"]] = y;
    auto& ours = by_cause["no such customer"];
    CHECK(ours["where"] == w.dead + "-1@0");
    CHECK(ours["topic"] == w.topic);
    CHECK(ours["partition"] == 1);
    CHECK(ours["offset"] == 42);
    CHECK(ours["failures"] == 3);
    CHECK(ours["key"] == "k");
    CHECK(ours["time"] == 1'700'000'000'000);
    CHECK(by_cause["of connect"]["offset"] == 30);
    CHECK(by_cause["of connect"]["key"].is_null());
    CHECK(by_cause["of streams"]["offset"] == 31);
    CHECK(by_cause["of spring"]["partition"] == 3);
    CHECK(by_cause["of spring"]["offset"] == 256);
  }
  SECTION("as a table") {
    auto x = w.run({"list"});
    CHECK(x.code == 0);
    CHECK(has(x.out, w.dead + "-1@0"));
    CHECK(has(x.out, "2023-11-14T22:13:20Z"));
    CHECK(has(x.out, w.topic + "-1@42"));
    CHECK(has(x.out, "\"E: no such customer\""));
    CHECK_FALSE(has(x.out, "another's"));
  }
  SECTION("those that are asked for") {
    auto count = [&](std::vector<std::string> args) {
      args.insert(args.begin(), {"list", "--json"});
      return json::parse(w.run(args).out).size();
    };
    CHECK(count({"--cause", "of connect"}) == 1);
    CHECK(count({"--topic", w.topic}) == 1);
    CHECK(count({"--since", "2024-01-01"}) == 3); // foreign ones: of today
    CHECK(count({"--since", "2023-11-14T22:13:20"}) == 4);
    CHECK(count({"--limit", "2"}) == 2);
  }
}

TEST_CASE("one dead letter is shown with all its headers") {
  dead_letters_world w;
  w.write({w.letter(42)});
  auto x = w.run({"show", "1@0"});
  CHECK(x.code == 0);
  auto shown = json::parse(x.out);
  CHECK(shown["value"] == "v42");
  CHECK(shown["headers"][0] == json({{"name", "a"}, {"value", "1"}}));
  CHECK(has(x.out, R"({"name":"__dlq.errors.offset","value":"42"})"));
  auto none = w.run({"show", "1@7"});
  CHECK(none.code != 0);
  CHECK(w.run({"show", "1"}).code == 2);
}

TEST_CASE("a replay brings each dead letter back once, without the headers of "
          "its errors") {
  dead_letters_world w;
  w.write({w.letter(42), w.letter(43, 0), w.letter(44)});
  auto x = w.run({"replay", "--yes"});
  CHECK(x.code == 0);
  CHECK(has(x.err, "3 dead letters replayed\n"));
  auto again = w.run({"replay", "--yes"});
  CHECK(again.code == 0);
  CHECK(has(again.err, "0 dead letters replayed\n"));
  auto back = w.read();
  CHECK(values_of(back) == std::multiset<std::string>{"v42", "v43", "v44"});
  for (auto& y : back) {
    CHECK(y.partition() == (value_of(y) == "v43" ? 0 : 1));
    REQUIRE(y.view().header_count() == 2);
    CHECK(y.view().header_at(0).name == "a");
    CHECK(y.view().header_at(1).name == "__cafka.replay.count");
    CHECK(y.view().header_at(1).value == "1");
  }
}

TEST_CASE("a replay that is killed goes on, and loses nothing") {
  dead_letters_world w;
  std::vector<output> all;
  for (offset_t i = 0; i < 3'000; ++i)
    all.push_back(w.letter(i, static_cast<partition_t>(i % 2)));
  w.write(all);
  app_process first{{CAFKA_PROGRAM, "dead-letters", "replay", w.conf, "--yes"}};
  // Some of it is committed.
  auto deadline = std::chrono::steady_clock::now() + 40s;
  std::optional<cluster::offsets> seen;
  while ((!seen || seen->empty())
         && std::chrono::steady_clock::now() < deadline)
    seen = w.kafka.poll_committed(w.topic + ".replay",
                                  {{w.dead, 0}, {w.dead, 1}});
  first.send(SIGKILL);
  first.wait();
  auto x = w.run({"replay", "--yes"});
  CHECK(x.code == 0);
  auto values = values_of(w.read());
  for (offset_t i = 0; i < 3'000; ++i)
    REQUIRE(values.count(fmt::format("v{}", i)) >= 1);
  CHECK(values.size() <= 3'500);
}

TEST_CASE("a replay without a terminal needs --yes, and a dry run or a filter "
          "commits nothing") {
  dead_letters_world w;
  w.write({w.letter(42), w.letter(43, 1, "other")});
  auto refused = w.run({"replay"});
  CHECK(refused.code == 2);
  CHECK(has(refused.err, "every group of such a topic gets them"));
  CHECK(has(refused.err, "--yes"));
  auto dry = w.run({"replay", "--dry-run"});
  CHECK(dry.code == 0);
  CHECK(has(dry.out, w.dead + "-1@0 -> " + w.topic + "-1\n"));
  CHECK(w.read().empty());
  auto one = w.run({"replay", "--yes", "--cause", "other"});
  CHECK(has(one.err, "1 dead letters replayed"));
  CHECK(values_of(w.read()) == std::multiset<std::string>{"v43"});
  auto all = w.run({"replay", "--yes"});
  CHECK(has(all.err, "2 dead letters replayed"));
}

TEST_CASE("a record that came back as often as it may is left and told, and "
          "another topic takes the rest") {
  dead_letters_world w;
  auto other = unique_name();
  w.kafka.create_topic(other, 1);
  w.write({w.letter(42, 1, "why", 3), w.letter(43, 1, "why", 2)});
  auto x = w.run({"replay", "--yes", "--to", other});
  CHECK(x.code == 0);
  CHECK(has(x.err, w.dead + "-1@0: left, it was replayed 3 times"));
  CHECK(has(x.err, "1 dead letters replayed, 1 left after 3 replays"));
  CHECK(w.read().empty());
  CHECK(w.kafka.range({other, 0}) == offset_range{0, 1});
}

TEST_CASE("a replay that cannot write says why and goes on there later") {
  dead_letters_world w;
  w.write({w.letter(42), w.letter(43)});
  auto x = w.run({"replay", "--yes", "--to", "none." + w.topic});
  CHECK(x.code == 1);
  CHECK(has(x.err, "unknown_topic"));
  auto again = w.run({"replay", "--yes"});
  CHECK(has(again.err, "2 dead letters replayed\n"));
  CHECK(values_of(w.read()) == std::multiset<std::string>{"v42", "v43"});
}

TEST_CASE("process calls the group's handler with each dead letter once, and "
          "no other group hears of it") {
  dead_letters_world w;
  w.write({w.letter(42), w.letter(43, 0), w.letter(44)});
  auto x = w.run({"process"});
  CHECK(x.code == 0);
  CHECK(has(x.err, "3 dead letters processed, 0 failed again\n"));
  for (auto* where :
       {R"("partition":1,"offset":42)", R"("partition":0,"offset":43)",
        R"("partition":1,"offset":44)"})
    CHECK(has(x.out, R"("topic":")" + w.topic + "\"," + where));
  CHECK(w.read().empty());
  auto again = w.run({"process"});
  CHECK(again.code == 0);
  CHECK(again.out.empty());
  CHECK(has(again.err, "0 dead letters processed, 0 failed again\n"));
}

TEST_CASE("what fails again in process is a dead letter behind, before the "
          "progress is committed, and the next run takes it") {
  dead_letters_world w;
  w.write({w.letter(42), w.letter(43)});
  // `print` cannot write there.
  app_process full{{"/bin/sh", "-c",
                    std::string{"exec "} + CAFKA_PROGRAM
                      + " dead-letters process " + w.conf + " >/dev/full"}};
  CHECK(full.wait() == 1);
  CHECK(has(full.err(), "0 dead letters processed, 2 failed again\n"));
  CHECK(w.kafka.range({w.dead, 1}) == offset_range{0, 4});
  auto x = w.run({"process"});
  CHECK(x.code == 0);
  CHECK(has(x.err, "2 dead letters processed, 0 failed again\n"));
  CHECK(has(x.out, R"("name":"__cafka.replay.count","value":"2")"));
}

TEST_CASE("Kafka's own console consumer prints the headers of a dead letter") {
  dead_letters_world w;
  w.write({w.letter(42)});
  std::ifstream file{w.kafka.path("jars")};
  std::string jars;
  std::getline(file, jars);
  app_process console{{"/usr/bin/env", "java", "-cp", jars + "/*",
                       "org.apache.kafka.tools.consumer.ConsoleConsumer",
                       "--bootstrap-server", w.kafka.endpoints(), "--topic",
                       w.dead, "--from-beginning", "--max-messages", "1",
                       "--timeout-ms", "40000", "--property",
                       "print.headers=true", "--property", "print.key=true"}};
  CHECK(console.wait() == 0);
  INFO(console.out() << console.err());
  const std::vector<std::string> parts{
    "a:1",
    "__dlq.errors.topic:" + w.topic,
    "__dlq.errors.partition:1",
    "__dlq.errors.offset:42",
    "__dlq.errors.group:" + w.topic,
    "__dlq.errors.delivery.count:3",
    "__dlq.errors.message:no such customer",
    "__cafka.errors.class:E",
    "__cafka.errors.time:1700000000000",
    "__cafka.errors.timestamp:1234",
    "__cafka.errors.timestamp.type:CreateTime",
    "\tk\tv42"};
  for (auto& part : parts)
    CHECK(has(console.out(), part));
}

TEST_CASE("a topic is made by a producer with so many partitions, and not by "
          "asking for it") {
  dead_letters_world w;
  bell rung;
  auto props = kafka::producing_properties(
    {{"bootstrap.servers", w.kafka.endpoints()}},
    {{"topic.metadata.propagation.max.ms", "100"}}, 20s);
  auto made = kafka::idempotent_producer::open(props, [&] { rung.ring(); });
  REQUIRE(made);
  std::vector<kafka::topic_created> created;
  std::vector<kafka::topic_found> found;
  auto await = [&](auto done) {
    return rung.await([&] {
      while (auto x = (*made)->poll()) {
        if (auto* y = std::get_if<kafka::topic_created>(&*x))
          created.push_back(*y);
        else if (auto* z = std::get_if<kafka::topic_found>(&*x))
          found.push_back(*z);
      }
      return done();
    });
  };
  auto name = unique_name();
  (*made)->find_topic(1, name, 20s);
  REQUIRE(await([&] { return found.size() == 1; }));
  CHECK_FALSE(found[0].failure);
  CHECK(found[0].partitions == 0);
  (*made)->create_topic(2, name, 3, -1, 20s);
  REQUIRE(await([&] { return created.size() == 1; }));
  CHECK(created[0].token == 2);
  CHECK_FALSE(created[0].failure);
  (*made)->create_topic(3, name, 5, -1, 20s); // it is there: fine
  REQUIRE(await([&] { return created.size() == 2; }));
  CHECK_FALSE(created[1].failure);
  (*made)->create_topic(4, "no such name!", 5, -1, 20s);
  REQUIRE(await([&] { return created.size() == 3; }));
  CHECK(created[2].failure);
  // The broker that is asked hears of it a moment later.
  auto deadline = std::chrono::steady_clock::now() + 20s;
  do {
    found.clear();
    (*made)->find_topic(5, name, 20s);
    REQUIRE(await([&] { return found.size() == 1; }));
  } while (found[0].partitions == 0
           && std::chrono::steady_clock::now() < deadline);
  CHECK(found[0].partitions == 3);
}
