#include "support/app_process.hpp"
#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_bell.hpp"
#include "support/kafka_client_driver.hpp"
#include "support/scratch_directory.hpp"
#include "support/upstream_faults.hpp"

#include <librdkafka/rdkafka.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

std::string path_of(const std::string& example) {
  return CAFKA_EXAMPLES + example;
}

/// An example that runs against a cluster until it is told to stop.
struct running {
  app_process program;

  explicit running(std::vector<std::string> args)
    : program((args.front() = path_of(args.front()), args),
              app_input{.text = {}, .ends = false}) {
  }
  /// Its exit code after the end of its input.
  int stop() {
    program.end_input();
    return program.wait();
  }
  /// Its exit code after a signal.
  int stop_by(int signal) {
    program.send(signal);
    return program.wait();
  }
};

/// Asks the broker for what a group has committed.
class committed_reader {
public:
  committed_reader(const kafka::mock_cluster& cluster, const std::string& group)
    : client_(bell_, member_of(cluster, group)) {
  }
  ~committed_reader() {
    kafka::consumer::abandon(client_.release());
  }
  /// -1: nothing.
  offset_t operator()(const topic_partition& tp) {
    client_->look_up_committed(1, {tp}, 10s);
    auto found = client_.await<kafka::committed_found>();
    if (!found || found->entries.empty())
      return -1;
    return found->entries.front().offset.value_or(-1);
  }
  /// Asks again and again.
  bool await(const topic_partition& tp, offset_t offset) {
    auto deadline = std::chrono::steady_clock::now() + 60s;
    while ((*this)(tp) != offset)
      if (std::chrono::steady_clock::now() > deadline)
        return false;
    return true;
  }

private:
  bell bell_;
  client_driver client_;
};

void append(const kafka::mock_cluster& cluster, const topic_partition& tp,
            const std::vector<std::string>& values) {
  appender out{cluster};
  for (auto& x : values)
    out.append(tp, "key", x, {}, 0);
}

/// The first `n` values of partition 0 of a topic, as text; "null" for none.
std::vector<std::string> values_of(const kafka::mock_cluster& cluster,
                                   const char* topic, std::size_t n) {
  auto* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", cluster.endpoints().c_str(),
                    nullptr, 0);
  auto* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
  auto* handle = rd_kafka_topic_new(client, topic, nullptr);
  rd_kafka_consume_start(handle, 0, RD_KAFKA_OFFSET_BEGINNING);
  std::vector<std::string> result;
  auto deadline = std::chrono::steady_clock::now() + 30s;
  while (result.size() < n && std::chrono::steady_clock::now() < deadline)
    if (auto* x = rd_kafka_consume(handle, 0, 100)) {
      if (x->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        result.push_back(
          x->payload == nullptr
            ? "null"
            : std::string{static_cast<char*>(x->payload), x->len});
      rd_kafka_message_destroy(x);
    }
  rd_kafka_consume_stop(handle, 0);
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(client);
  return result;
}

/// What a query for one number gives.
int number_in(const std::string& database, const char* query) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
  auto result = -1;
  auto take = [](void* to, int, char** columns, char**) {
    *static_cast<int*>(to) = std::stoi(columns[0]);
    return 0;
  };
  CHECK(sqlite3_exec(db, query, take, &result, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  return result;
}

/// What follows `text` in `out`, up to the end of the line.
std::string after(const std::string& out, const std::string& text) {
  auto at = out.find(text);
  if (at == std::string::npos)
    return {};
  at += text.size();
  return out.substr(at, out.find('\n', at) - at);
}

} // namespace

TEST_CASE("a group that nobody gave a log tells on standard error what goes "
          "wrong") {
  constexpr std::int16_t unknown_topic = 3; // Kafka protocol
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  cluster.fail_topic("orders", unknown_topic);
  running x{{"quickstart", cluster.endpoints()}};
  CHECK(x.program.await_error("group=order-readers event=client_error "
                              "code=unknown_topic"));
  CHECK(x.stop_by(SIGTERM) == 0);
}

TEST_CASE("example quickstart: records are printed and committed until it is "
          "told to end") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-readers"};
  running x{{"quickstart", cluster.endpoints()}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"a", "b", "c"});
  // Its output is not flushed before its end: the commit tells of the records.
  REQUIRE(committed.await(orders, 3));
  CHECK(x.stop_by(SIGTERM) == 0);
  CHECK(x.program.out() == "0 a\n1 b\n2 c\n");
  CHECK(x.program.err().empty());
}

TEST_CASE("the first program runs without an input, and every stop signal "
          "commits what was acked and leaves") {
  auto signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
  kafka::mock_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-readers"};
  app_process program{{"/bin/sh", "-c",
                       "exec " + path_of("quickstart") + " "
                         + cluster.endpoints() + " </dev/null >/dev/null"}};
  REQUIRE(committed.await(orders, 0)); // it has not ended
  append(cluster, orders, {"a", "b", "c"});
  REQUIRE(committed.await(orders, 3));
  program.send(signal);
  CHECK(program.wait() == 0);
  CHECK(program.err().empty());
}

TEST_CASE("example main: a config file names handlers of its own beside the "
          "built-in ones, and a signal drains") {
  kafka::mock_cluster cluster;
  for (auto topic : {"orders", "bills"}) {
    cluster.create_topic(topic, 1);
    append(cluster, {topic, 0}, {"one", "two"});
  }
  auto group = [&](const std::string& name, const std::string& handler) {
    return name + " {\nendpoints = [\"" + cluster.endpoints()
           + "\"]\ngroup = \"" + name + "-readers\"\ntopics = [\"" + name
           + "\"]\nhandler = \"" + handler
           + "\"\nbegin-offset = \"earliest\"\ncommit-interval = 10min\n}\n";
  };
  scratch_directory files;
  auto path = files.write("two.conf", "cafka {\ngroups {\n"
                                        + group("orders", "show")
                                        + group("bills", "print") + "}\n}\n");
  running x{{"main", "run", path}};
  REQUIRE(x.program.await_output("read up to 1\n"));
  REQUIRE(x.program.await_output("\"topic\":\"bills\"", 2));
  CHECK(x.stop_by(SIGTERM) == 0);
  CHECK(committed_reader{cluster, "orders-readers"}({"orders", 0}) == 2);
  CHECK(committed_reader{cluster, "bills-readers"}({"bills", 0}) == 2);
  CHECK(x.program.await_error("stopping: "));
}

TEST_CASE("example main: its commands are those of cafka, with its handlers") {
  scratch_directory files;
  auto path = files.write("a.conf", "cafka {\nname = \"x\"\ngroup = \"x\"\n"
                                    "endpoints = [\"b:1\"]\n"
                                    "topics = [\"t\"]\nhandler = \"show\"\n"
                                    "handler-init-args { any = 1 }\n}\n");
  auto run = [&](std::vector<std::string> args) {
    args.insert(args.begin(), path_of("main"));
    app_process program{args};
    auto code = program.wait();
    return std::to_string(code) + "\n" + program.out() + program.err();
  };
  CHECK(run({"check", path, "--quiet"}) == "0\nok\n");
  auto wrong = run({"check", path, "--cafka.handler=shw"});
  CHECK(wrong.starts_with("2\n"));
  for (auto known : {"show", "print", "count"})
    CHECK(wrong.find(known) != std::string::npos);
  auto help = run({"--help"});
  CHECK(help.starts_with("0\n"));
  for (auto command : {"run", "check", "offsets", "produce"})
    CHECK(help.find(command) != std::string::npos);
  CHECK(help.find("demo ") == std::string::npos);
}

TEST_CASE("example explicit_acks: what waits for its ack holds back what is "
          "committed, and a cumulative ack covers all") {
  faulty_cluster cluster;
  cluster.create_topic("payments", 2);
  append(cluster, {"payments", 0}, {"10", "9000", "20", "30"});
  committed_reader committed{cluster, "cashiers"};
  running x{{"explicit_acks", cluster.endpoints()}};
  REQUIRE(x.program.await_output("9000 waits\n"));
  REQUIRE(x.program.await_output("30 is settled\n"));
  // A commit is of all partitions: what this one is in saw those acks, too.
  append(cluster, {"payments", 1}, {"5"});
  REQUIRE(committed.await({"payments", 1}, 1));
  CHECK(committed({"payments", 0}) == 1);
  x.program.type("ann");
  REQUIRE(x.program.await_output("approved by ann\n"));
  CHECK(x.stop() == 0);
  CHECK(committed({"payments", 0}) == 4);
  CHECK(x.program.err().empty());
}

TEST_CASE("example handler_class: rows are acked when they are written, also "
          "where the handler is closed") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-writers"};
  running x{{"handler_class", cluster.endpoints()}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"a", "b", "c", "d"});
  REQUIRE(committed.await(orders, 4));
  REQUIRE(x.program.await_output("enough: 4 rows written\n"));
  auto told = x.program.count_output("\n3 rows gathered\n"); // on the way to 4
  append(cluster, orders, {"e", "f", "g"});
  REQUIRE(x.program.await_output("\n3 rows gathered\n", told + 1));
  CHECK(committed(orders) == 4);
  CHECK(x.stop() == 0);
  CHECK(after(x.program.out(), "stopped: ") == "3 rows written");
  CHECK(committed(orders) == 7);
  CHECK(x.program.err().empty());
}

TEST_CASE("example database: what is committed is in the database, each record "
          "once, and nothing of a batch that failed") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-writers"};
  scratch_directory files;
  auto database = files.path() + "/orders.db";
  running x{{"database", cluster.endpoints(), database}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"1", "2"});
  REQUIRE(committed.await(orders, 2));
  CHECK(x.program.err().empty());
  CHECK(number_in(database, "SELECT COUNT(*) FROM orders") == 2);
  CHECK(number_in(database, "SELECT SUM(amount) FROM orders") == 3);
  append(cluster, orders, {"3", "no number", "4"});
  REQUIRE(x.program.await_error("event=worker_failed"));
  x.stop();
  auto rows = number_in(database, "SELECT COUNT(*) FROM orders");
  CHECK(rows == committed(orders));
  CHECK(rows < 4);
}

TEST_CASE("example idempotent_sink: a record that comes again finds what was "
          "made of it") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-storers"};
  scratch_directory files;
  files.write("orders-0@1", "b"); // by a run that did not come to its commit
  running x{{"idempotent_sink", cluster.endpoints(), files.path()}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"a", "b", "c"});
  REQUIRE(committed.await(orders, 3));
  CHECK(x.stop() == 0);
  CHECK(x.program.out()
        == "orders-0@0 is stored\norders-0@1 is there already\n"
           "orders-0@2 is stored\n");
  auto stored = [&](const std::string& id) {
    std::ifstream in{files.path() + "/" + id};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  CHECK(stored("orders-0@0") == "a");
  CHECK(stored("orders-0@2") == "c");
  CHECK(x.program.err().empty());
}

TEST_CASE(
  "example transform: a record is committed when what was made of it is "
  "delivered") {
  if (skips_topic_errors())
    return;
  constexpr std::int16_t topic_authorization_failed = 29; // Kafka protocol
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  cluster.create_topic("orders.copy", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-transformers"};
  cluster.fail_topic("orders.copy", topic_authorization_failed);
  running x{{"transform", cluster.endpoints()}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"one", "two"});
  REQUIRE(x.program.await_error("event=output_failed"));
  CHECK(committed(orders) == 0);
  cluster.fail_topic("orders.copy", 0);
  REQUIRE(committed.await(orders, 2));
  CHECK(values_of(cluster, "orders.copy", 2)
        == std::vector<std::string>{"saw orders-0@0", "saw orders-0@1"});
  CHECK(x.stop_by(SIGTERM) == 0);
}

TEST_CASE("example poison: a record that cannot be handled goes to the dead "
          "letters, and the others are handled") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  cluster.create_topic("dlq.order-readers", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-readers"};
  running x{{"poison", cluster.endpoints()}};
  REQUIRE(committed.await(orders, 0)); // where it begins
  append(cluster, orders, {"1", "two", "3"});
  REQUIRE(committed.await(orders, 3));
  CHECK(values_of(cluster, "dlq.order-readers", 1)
        == std::vector<std::string>{"two"});
  CHECK(x.stop_by(SIGTERM) == 0);
  CHECK(x.program.out() == "1\n3\n");
}

TEST_CASE("examples published_group and remote_ack: another process acks what "
          "was delivered") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  topic_partition orders{"orders", 0};
  committed_reader committed{cluster, "order-readers"};
  running x{{"published_group", cluster.endpoints()}};
  REQUIRE(committed.await(orders, 0));
  append(cluster, orders, {"a", "b", "c"});
  REQUIRE(x.program.await_output("read up to 2\n"));
  auto port = after(x.program.out(), "published at port ");
  app_process other{{path_of("remote_ack"), port}};
  CHECK(other.wait() == 0);
  CHECK(other.out() == "orders/0 accepted, watermark 3\n");
  CHECK(other.err().empty());
  CHECK(x.stop() == 0);
  CHECK(committed(orders) == 3);
  CHECK(x.program.err().empty());
}

TEST_CASE("example from_config: every group of a file runs, each with its "
          "own settings") {
  faulty_cluster cluster;
  scratch_directory files;
  auto group = [&](const std::string& name) {
    cluster.create_topic(name, 1);
    append(cluster, {name, 0}, {"one of " + name});
    return name + " {\nendpoints = [\"" + cluster.endpoints()
           + "\"]\ngroup = \"" + name + "-readers\"\ntopics = [\"" + name
           + "\"]\nhandler = \"print\"\nbegin-offset = \"earliest\"\n}\n";
  };
  auto path = files.write("two.conf", "cafka {\ngroups {\n" + group("orders")
                                        + group("bills") + "}\n}\n");
  running x{{"from_config", path}};
  REQUIRE(x.program.await_output("orders 0 one of orders\n"));
  REQUIRE(x.program.await_output("bills 0 one of bills\n"));
  CHECK(x.stop() == 0);
  CHECK(committed_reader{cluster, "orders-readers"}({"orders", 0}) == 1);
  CHECK(committed_reader{cluster, "bills-readers"}({"bills", 0}) == 1);
  CHECK(x.program.err().empty());
}

TEST_CASE("example from_config: all that is wrong in a file is told and "
          "nothing starts") {
  scratch_directory files;
  auto path = files.write("bad.conf", "cafka {\nname = \"x\"\n"
                                      "endpoints = [\"nowhere\"]\n"
                                      "topics = [\"t\"]\n"
                                      "handler = \"prnt\"\n}\n");
  running x{{"from_config", path}};
  CHECK(x.program.wait() == 2);
  for (auto key : {"endpoints = ", "group", "handler = "})
    CHECK(x.program.err().find(key) != std::string::npos);
  CHECK(x.program.out().empty());
}
