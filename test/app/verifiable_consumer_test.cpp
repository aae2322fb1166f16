#include "kafka/producer.hpp"

#include "support/catch.hpp"
#include "support/config_text.hpp"
#include "support/faulty_cluster.hpp"
#include "support/run_program.hpp"

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

using strings = std::vector<std::string>;

/// A cluster with a topic, and what every member of a group is told.
struct consumer_world {
  explicit consumer_world(int partitions = 1,
                          const std::string& properties = {}) {
    cluster.create_topic("orders", partitions);
    file = files.write("consumer.properties", "heartbeat.interval.ms=100\n"
                                              "fetch.max.wait.ms=20\n"
                                                + properties);
    conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  }

  void send(partition_t p, int times, const std::string& value = "v") const {
    auto client = kafka::producer::open(
      {{"bootstrap.servers", cluster.endpoints()}},
      [](std::uint64_t, partition_t, offset_t, const kafka::error& failure) {
        CHECK_FALSE(failure);
      });
    REQUIRE(client);
    for (int i = 0; i < times; ++i)
      REQUIRE((*client)->send("orders", p, "k", value, 0, {}, 1'700));
    REQUIRE((*client)->flush(10s));
  }
  strings arguments(const strings& more = {}) const {
    strings result{CAFKA_PROGRAM,
                   "verifiable-consumer",
                   "--bootstrap-server",
                   cluster.endpoints(),
                   "--topic",
                   "orders",
                   "--group-id",
                   "order-readers",
                   "--session-timeout",
                   "6000",
                   "--consumer.config",
                   file};
    result.insert(result.end(), more.begin(), more.end());
    return result;
  }
  /// What the broker has for the group, as a line of `cafka offsets`.
  bool has_committed(const std::string& line) const {
    auto x = run_program({"offsets", conf});
    INFO(x.out << x.err);
    CHECK(x.code == 0);
    return x.out_has(line);
  }

  faulty_cluster cluster;
  scratch_directory files;
  std::string file;
  std::string conf;
};

/// All lines that the program wrote.
std::vector<json> told(const app_process& x) {
  std::vector<json> result;
  auto& text = x.out();
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find('\n', at);
    result.push_back(json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return result;
}

strings names_of(const std::vector<json>& lines) {
  strings result;
  for (auto& x : lines)
    result.push_back(x.at("name"));
  return result;
}

constexpr auto orders_0 = R"("partitions":[{"topic":"orders","partition":0}]})";
constexpr auto empty_assignment
  = R"("name":"partitions_assigned","partitions":[]})";

} // namespace

TEST_CASE("a verifiable consumer tells all that it does, and a signal ends it "
          "in order") {
  consumer_world w;
  w.send(0, 3);
  app_process program{w.arguments({"--verbose"})};
  CHECK(program.await_output("offsets_committed"));
  program.send(SIGTERM);
  auto code = program.wait();
  INFO(program.err() << program.out());
  CHECK(code == 0);
  auto lines = told(program);
  CHECK(names_of(lines)
        == strings{"startup_complete", "partitions_assigned", "record_data",
                   "record_data", "record_data", "records_consumed",
                   "offsets_committed", "partitions_revoked",
                   "shutdown_complete"});
  CHECK(has(program.out(), "\"partitions_assigned\"," + std::string{orders_0}));
  CHECK(has(program.out(), "\"partitions_revoked\"," + std::string{orders_0}));
  CHECK(has(program.out(),
            R"("name":"record_data","key":"k","value":"v","topic":"orders",)"
            R"("partition":0,"offset":2})"));
  CHECK(
    has(program.out(),
        R"("name":"records_consumed","count":3,"partitions":[{"topic":)"
        R"("orders","partition":0,"count":3,"minOffset":0,"maxOffset":2}]})"));
  CHECK(has(program.out(),
            R"("name":"offsets_committed","offsets":[{"topic":"orders",)"
            R"("partition":0,"offset":3}],"success":true})"));
  CHECK(
    w.has_committed("order-readers  orders          0          3    3    0"));
}

TEST_CASE("a hang-up ends a verifiable consumer in order, also where nobody "
          "reads standard error") {
  consumer_world w;
  w.send(0, 3);
  app_process program{w.arguments(), {.error_is_held = true}};
  CHECK(program.await_output("offsets_committed"));
  program.hold_error();
  program.send(SIGHUP);
  CHECK(program.wait() == 0);
  CHECK(names_of(told(program)).back() == "shutdown_complete");
}

TEST_CASE("max-messages ends a verifiable consumer after just so many") {
  consumer_world w{1, "max.poll.records=2\n"};
  w.send(0, 10);
  app_process program{w.arguments({"--max-messages", "5"})};
  auto code = program.wait();
  INFO(program.err() << program.out());
  CHECK(code == 0);
  std::int64_t count = 0;
  std::int64_t committed = -1;
  for (auto& x : told(program))
    if (x.at("name") == "records_consumed")
      count += x.at("count").get<std::int64_t>();
    else if (x.at("name") == "offsets_committed")
      committed = x.at("offsets").at(0).at("offset");
  CHECK(count == 5);
  CHECK(committed == 5);
  CHECK_FALSE(has(program.err(), "drain_expired")); // it ended at once
  CHECK(
    w.has_committed("order-readers  orders          0          5   10    5"));
}

TEST_CASE("with autocommit offsets are committed and not told") {
  consumer_world w;
  w.send(0, 3);
  app_process program{w.arguments({"--enable-autocommit"})};
  CHECK(program.await_output("records_consumed"));
  program.send(SIGINT);
  auto code = program.wait();
  INFO(program.err() << program.out());
  CHECK(code == 0);
  CHECK_FALSE(has(program.out(), "offsets_committed"));
  CHECK(
    w.has_committed("order-readers  orders          0          3    3    0"));
}

TEST_CASE("a verifiable consumer tells rebalances, also those that leave it "
          "nothing") {
  consumer_world w;
  app_process first{w.arguments()};
  REQUIRE(first.await_output(orders_0));
  app_process second{w.arguments()};
  REQUIRE(second.await_output("partitions_assigned"));
  REQUIRE(first.await_output("partitions_assigned", 2));
  // One of them has the partition, whichever it is.
  CHECK(first.count_output(empty_assignment)
          + second.count_output(empty_assignment)
        >= 1);
  CHECK(first.count_output("partitions_revoked") >= 1);
  for (auto* x : {&first, &second}) {
    x->send(SIGTERM);
    CHECK(x->wait() == 0);
    CHECK(names_of(told(*x)).back() == "shutdown_complete");
  }
}

TEST_CASE("a verifiable consumer that was stopped for longer than its session "
          "joins again") {
  consumer_world w;
  app_process first{w.arguments()};
  REQUIRE(first.await_output(orders_0));
  app_process second{w.arguments()};
  first.send(SIGSTOP);
  REQUIRE(second.await_output("partitions_assigned")); // without the first
  first.send(SIGCONT);
  REQUIRE(first.await_output("partitions_assigned", 2));
  first.send(SIGTERM);
  second.send(SIGTERM);
  auto code = first.wait();
  INFO(first.err() << first.out());
  CHECK(code == 0);
  auto names = names_of(told(first));
  names.resize(4);
  CHECK(names
        == strings{"startup_complete", "partitions_assigned",
                   "partitions_revoked", "partitions_assigned"});
  CHECK(second.wait() == 0);
}

TEST_CASE("a verifiable consumer that is fenced ends by itself and says why") {
  constexpr std::int16_t heartbeat = 12; // Kafka protocol
  constexpr std::int16_t fenced_instance_id = 82;
  consumer_world w;
  app_process program{w.arguments({"--group-instance-id", "i"})};
  REQUIRE(program.await_output("partitions_assigned"));
  w.cluster.inject(heartbeat, {fenced_instance_id, fenced_instance_id});
  auto code = program.wait();
  INFO(program.err() << program.out());
  CHECK(code == 4);
  CHECK(has(program.err(),
            " order-readers ended name=order-readers code=fenced_instance: "));
  CHECK(names_of(told(program))
        == strings{"startup_complete", "partitions_assigned",
                   "partitions_revoked", "shutdown_complete"});
}

TEST_CASE("what a verifiable consumer could not tell is not committed") {
  consumer_world w;
  w.send(0, 200, std::string(1'000, 'x')); // more than the pipe holds
  app_process program{w.arguments({"--verbose"})};
  program.hold_output();
  REQUIRE(program.await_error(" assigned generation="));
  SECTION("nobody reads for now: a signal ends it nevertheless") {
    program.send(SIGTERM);
    auto code = program.wait();
    INFO(program.err());
    CHECK((code == 5 || code == 0)); // the call had begun, or not
  }
  SECTION("nobody will ever read: it ends") {
    program.close_output();
    auto code = program.wait();
    INFO(program.err());
    CHECK(code == 1);
    CHECK(has(program.err(), "standard output: Broken pipe"));
  }
  CHECK_FALSE(w.has_committed("orders          0        200"));
}

TEST_CASE("a verifiable consumer names all that is wrong with its arguments") {
  scratch_directory files;
  auto file = files.write("a.properties", "key.deserializer=x\nfoo\n");
  auto x
    = run_program({"verifiable-consumer", "--bootstrap-server", "a", "--topic",
                   "t", "--group-id", "g", "--consumer.config", file});
  INFO(x.err);
  CHECK(x.code == 2);
  CHECK(x.out.empty());
  CHECK(x.lines() == 3);
  CHECK(x.err_has("--bootstrap-server = \"a\": host:port"));
  CHECK(x.err_has("key.deserializer = (hidden): No such configuration"));
  CHECK(x.err_has("a.properties: line 2: not name=value"));
  const strings good{"verifiable-consumer",
                     "--bootstrap-server",
                     "a:1",
                     "--topic",
                     "t",
                     "--group-id",
                     "g"};
  auto refused = [&](const strings& more, const std::string& words) {
    auto args = good;
    args.insert(args.end(), more.begin(), more.end());
    auto y = run_program(args);
    INFO(y.err);
    CHECK(y.code == 2);
    CHECK(y.err_has(words));
  };
  refused({"--consumer.config", files.path()}, "cannot be read");
  refused({"--consumer.config", files.path("none")}, "cannot be read");
  refused({"--reset-policy", "none"}, "none not in {earliest,latest}");
  refused({"--assignment-strategy", "Mine"}, "RangeAssignor");
  refused({"--max-messages", "x"}, "--max-messages");
  refused({"--session-timeout", "x"}, "--session-timeout");
  refused({"--what"}, "--what");
  CHECK(run_program({"verifiable-consumer"})
          .err_has("--bootstrap-server is "
                   "required"));
}
