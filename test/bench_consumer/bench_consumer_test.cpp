#include "bench/consumer/input.hpp"
#include "bench/consumer/tally.hpp"

#include "kafka/mock_cluster.hpp"
#include "kafka/producer.hpp"

#include "support/app_process.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace cafka;
using namespace cafka::bench;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

using variables = std::map<std::string, std::string>;

bench_input_result read(const variables& xs) {
  return read_bench_input([&](const char* name) -> const char* {
    auto i = xs.find(name);
    return i == xs.end() ? nullptr : i->second.c_str();
  });
}

const variables least{{"BENCH_BROKERS", "b:1"},
                      {"BENCH_TOPIC", "t"},
                      {"BENCH_GROUP", "g"},
                      {"BENCH_COUNT", "60"}};

/// Runs the program on a topic with 60 payloads of two bytes; its line.
nlohmann::json run(const variables& further) {
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 3);
  auto client
    = kafka::producer::open({{"bootstrap.servers", cluster.endpoints()}},
                            [](std::uint64_t, partition_t, offset_t,
                               const kafka::error& x) { CHECK_FALSE(x); });
  REQUIRE(client);
  for (int i = 0; i < 60; ++i)
    REQUIRE((*client)->send("t", i % 3, std::nullopt, "ab", 0));
  REQUIRE((*client)->flush(10s));
  auto settings = further;
  settings.insert(least.begin(), least.end());
  settings["BENCH_BROKERS"] = cluster.endpoints();
  std::vector<std::string> words{"/usr/bin/env"};
  for (auto& [name, value] : settings)
    words.push_back(name + "=" + value);
  words.insert(words.end(), {CAFKA_PROGRAM, "bench-consumer"});
  app_process process{words};
  INFO(process.err());
  CHECK(process.wait() == 0);
  return nlohmann::json::parse(process.out());
}

} // namespace

TEST_CASE("a benchmark's consumer names all that is wrong with its settings") {
  CHECK(read(least).errors.empty());
  CHECK(read({}).errors
        == std::vector<std::string>{
          "BENCH_BROKERS is required", "BENCH_TOPIC is required",
          "BENCH_GROUP is required",
          "one of BENCH_COUNT and BENCH_PARTITIONS is required"});
  auto wrong = least;
  wrong["BENCH_COUNT"] = "6x";
  wrong["BENCH_ACKS"] = "never";
  CHECK(read(wrong).errors
        == std::vector<std::string>{
          "BENCH_COUNT = '6x': a whole number, at least 1",
          "BENCH_ACKS = 'never': return, record or shuffled"});
}

TEST_CASE("a benchmark's consumer counts records and the bytes of payloads") {
  auto acks = GENERATE("return", "record", "shuffled");
  auto line = run({{"BENCH_ACKS", acks}, {"BENCH_T0", "1000.5"}});
  CHECK(line["peer"] == "cafka");
  CHECK(line["records"] == 60);
  CHECK(line["bytes"] == 120);
  CHECK(line["seconds_fetch"].get<double>() >= 0);
  CHECK(line["seconds_total"].get<double>() > 1'000'000);
  CHECK(line.contains("version"));
  CHECK(line.contains("msgs_per_s"));
}

TEST_CASE("a benchmark's consumer fails where it is told and measures how soon "
          "the record comes again") {
  auto line = run({{"BENCH_FAIL_AT", "5"}});
  CHECK(line["scenario"] == "fail");
  CHECK(line["ms_to_redelivery"].get<double>() > 0);
  CHECK(line["records_redelivered"].get<int>() > 0);
}

TEST_CASE("a quantile is the element that so many do not exceed") {
  std::vector<bench_tally::duration> xs;
  for (int i = 1; i <= 1000; ++i)
    xs.emplace_back(i);
  CHECK(quantile(xs, 500) == 501ns);
  CHECK(quantile(xs, 990) == 991ns);
  CHECK(quantile(xs, 999) == 1000ns);
  CHECK(quantile({7ns}, 500) == 7ns);
}
