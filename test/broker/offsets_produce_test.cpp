// What the commands `offsets` and `produce` say of things that the mock cluster
// does not do: size limits, deleted records, topics that nobody makes.

#include "broker_support/secure_config.hpp"
#include "support/catch.hpp"
#include "support/run_program.hpp"

#include <fmt/format.h>

#include <csignal>

using namespace cafka;
using namespace cafka::test;

namespace {

struct produce_world {
  produce_world() : topic(unique_name()) {
    conf = files.write("a.conf", secure_config(kafka.endpoints(), topic, {}));
  }

  /// All that is in the topic, as `print` has it; its offsets are committed.
  std::string read(const std::string& last) {
    app_process reader{{CAFKA_PROGRAM, "run", conf}};
    CHECK(reader.await_output("\"value\":" + last));
    reader.send(SIGINT);
    CHECK(reader.wait() == 0);
    return reader.out();
  }

  cluster kafka{"kafka-1"};
  scratch_directory files;
  std::string topic;
  std::string conf;
};

std::string lines(int count, std::size_t length) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += fmt::format("{:0>{}}\n", i, length);
  return result;
}

} // namespace

TEST_CASE("a topic that no broker makes is named soon by produce") {
  produce_world w;
  auto x = run_program({"produce", w.conf, w.topic}, {"one\n"});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, "cafka produce: line 1: unknown_topic: "));
}

TEST_CASE("lines whose batch is too large are sent again, in their order") {
  produce_world w;
  w.kafka.create_topic(w.topic, 1, {{"max.message.bytes", "10000"}});
  auto x = run_program({"produce", w.conf, w.topic}, {lines(60, 1'000)});
  INFO(x.err);
  CHECK(x.code == 0);
  CHECK(has(x.err, "60 records delivered\n"));
  auto read = w.read(fmt::format("\"{:0>{}}\"", 59, 1'000));
  std::size_t at = 0;
  // All in one batch, so that none of them came before the others.
  for (int i = 0; i < 60 && at != std::string::npos; ++i)
    at = read.find(fmt::format("\"{:0>{}}\"", i, 1'000), at);
  CHECK(at != std::string::npos);
}

TEST_CASE("a line that is itself too large is named, the others delivered") {
  produce_world w;
  w.kafka.create_topic(w.topic, 1, {{"max.message.bytes", "10000"}});
  auto input = lines(20, 1'000) + std::string(20'000, 'x') + "\n"
               + lines(10, 1'000);
  auto x = run_program({"produce", w.conf, w.topic}, {input});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, "cafka produce: line 21: other_client_error: "
                   "MSG_SIZE_TOO_LARGE: "));
  CHECK_FALSE(has(x.err, "line 20:"));
  CHECK(has(x.err, "30 records delivered, 1 failed\n"));
}

TEST_CASE("nulls of produce are tombstones") {
  produce_world w;
  w.kafka.create_topic(w.topic, 1);
  auto x = run_program({"produce", w.conf, w.topic, "--key-separator", "\\t",
                        "--null-marker", "NULL"},
                       {"a\tNULL\nNULL\tb\nc\t\n"});
  INFO(x.err);
  CHECK(x.code == 0);
  auto read = w.read("\"\"");
  CHECK(has(read, R"("key":"a","value":null,)"));
  CHECK(has(read, R"("key":null,"value":"b",)"));
  CHECK(has(read, R"("key":"c","value":"",)"));
}

TEST_CASE("offsets of a group below the start of the log are marked") {
  produce_world w;
  w.kafka.create_topic(w.topic, 1);
  REQUIRE(run_program({"produce", w.conf, w.topic}, {"one\n"}).code == 0);
  w.read("\"one\"");
  REQUIRE(run_program({"produce", w.conf, w.topic}, {lines(9, 1)}).code == 0);
  w.kafka.delete_records({w.topic, 0}, 10);
  auto x = run_program({"offsets", w.conf, "--timeout", "50"});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(has(x.out, " 1   10    0  below the start, 10\n"));
  auto json = run_program({"offsets", w.conf, "--json", "--timeout", "50"});
  CHECK(
    has(json.out, R"("start":10,"end":10,"lag":0,"mark":"below the start")"));
}
