#include "support/catch.hpp"
#include "support/config_text.hpp"
#include "support/faulty_cluster.hpp"
#include "support/refusing_listener.hpp"
#include "support/run_program.hpp"
#include "support/sasl_refusing_broker.hpp"
#include "support/upstream_faults.hpp"

using namespace cafka::test;

namespace {

constexpr std::int16_t topic_authorization_failed = 29; // Kafka protocol

} // namespace

TEST_CASE("offsets shows what a group never committed, and the ends") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 2);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  REQUIRE(run_program({"produce", conf, "orders", "--key-field", "1"},
                      {"k 1\nk 2\nk 3\n"})
            .code
          == 0);
  auto x = run_program({"offsets", conf});
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.err.empty());
  CHECK(has(x.out, "GROUP          TOPIC   PARTITION  COMMITTED  END  LAG  "
                   "MARK\n"));
  // All records have the same key.
  auto zero = has(x.out,
                  "order-readers  orders          0          -    3    -");
  auto one = has(x.out,
                 "order-readers  orders          1          -    3    -");
  CHECK(zero != one);
  auto json = run_program({"offsets", conf, "--json"});
  CHECK(json.code == 0);
  CHECK(has(json.out, R"("committed":null,"committed_is_known":true,)"
                      R"("start":0,"end":3,"lag":null,"mark":null})"));
}

TEST_CASE("offsets of a topic that the broker refuses is a named error") {
  if (skips_topic_errors())
    return;
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  cluster.fail_topic("orders", topic_authorization_failed);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto x = run_program({"offsets", conf});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(x.out.empty());
  CHECK(has(x.err, "cafka offsets: group orders at " + cluster.endpoints()
                     + ": authorization: topic orders"));
}

TEST_CASE("offsets of an unknown topic is a named error") {
  faulty_cluster cluster;
  constexpr std::int16_t unknown_topic = 3; // Kafka protocol
  cluster.create_topic("orders", 1);
  cluster.fail_topic("orders", unknown_topic);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto x = run_program({"offsets", conf});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(has(x.err, ": unknown_topic: topic orders"));
}

TEST_CASE("a topic that cannot be had hides none of the others") {
  if (skips_topic_errors())
    return;
  faulty_cluster cluster;
  constexpr std::int16_t unknown_topic = 3; // Kafka protocol
  for (auto topic : {"gone", "orders", "secret"})
    cluster.create_topic(topic, 1);
  cluster.fail_topic("gone", unknown_topic);
  cluster.fail_topic("secret", topic_authorization_failed);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto x = run_program(
    {"offsets", conf, "--cafka.topics=[\"gone\", \"orders\", \"secret\"]"});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(has(x.out, "order-readers  orders          0          -    0    -\n"));
  CHECK(x.lines() == 2);
  CHECK(has(x.err, ": unknown_topic: topic gone: "));
  CHECK(has(x.err, ": authorization: topic secret: "));
}

TEST_CASE("a group that fails hides none of the others") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  auto group = [](const std::string& name, const std::string& endpoints) {
    return name + " { group = \"" + name
           + "-readers\"\n topics = [\"orders\"]\n handler = \"print\"\n"
           + endpoints + "\n}\n";
  };
  auto at = [](const std::string& x) { return "endpoints = [\"" + x + "\"]"; };
  scratch_directory files;
  auto conf = files.write("a.conf",
                          "cafka { groups {\n" + group("a", at(nobody))
                            + group("b", "embedded = true")
                            + group("c", at(cluster.endpoints())) + "} }\n");
  auto x = run_program({"offsets", conf, "--timeout", "1"});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(has(x.out, "c-readers  orders          0          -    0    -\n"));
  CHECK(x.lines() == 2);
  CHECK(has(x.err, "cafka offsets: group a at " + std::string{nobody}
                     + ": broker_unavailable: "));
  CHECK(has(x.err, "cafka offsets: group b is embedded: --endpoints "));
}

TEST_CASE("offsets of a group that may not be read are named at once") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  constexpr std::int16_t find_coordinator = 10; // Kafka protocol, both
  constexpr std::int16_t group_authorization_failed = 30;
  constexpr std::size_t questions = 10'000; // more than are asked
  cluster.inject(find_coordinator, std::vector<std::int16_t>(
                                     questions, group_authorization_failed));
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  // Without the reason it would wait for as long as it is killed.
  auto x = run_program({"offsets", conf, "--timeout", "600"});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(has(x.err, ": authorization: committed offsets: "
                   "GROUP_AUTHORIZATION_FAILED: "));
  CHECK(has(x.out, "order-readers  orders          0          ?    0    ?\n"));
  auto json = run_program({"offsets", conf, "--json", "--timeout", "600"});
  CHECK(json.code == 6);
  CHECK(has(json.out, R"("committed":null,"committed_is_known":false,)"));
}

TEST_CASE("a broker that cannot be reached is a named error of offsets") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(nobody));
  auto x = run_program({"offsets", conf, "--timeout", "1"});
  INFO(x.out << x.err);
  CHECK(x.code == 6);
  CHECK(x.out.empty());
  CHECK(has(x.err, "cafka offsets: group orders at " + std::string{nobody}
                     + ": broker_unavailable: "));
}

TEST_CASE("offsets and produce want endpoints of an embedded group") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text("", "embedded = true"));
  auto offsets = run_program({"offsets", conf});
  CHECK(offsets.code == 2);
  CHECK(has(offsets.err, "--endpoints"));
  auto produce = run_program({"produce", conf, "orders"});
  CHECK(produce.code == 2);
  CHECK(has(produce.err, "--endpoints"));
}

TEST_CASE("a record that cannot be delivered is named by its line") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  cluster.inject(0, {topic_authorization_failed}); // Produce
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto x = run_program({"produce", conf, "orders"}, {"one\ntwo\n"});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, "cafka produce: line 1: authorization: "));
  CHECK(has(x.err, "0 records delivered, "));
}

TEST_CASE("a topic that does not exist is named soon by produce") {
  faulty_cluster cluster;
  constexpr std::int16_t unknown_topic = 3; // Kafka protocol
  cluster.create_topic("orders", 1);
  cluster.fail_topic("orders", unknown_topic);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto x = run_program({"produce", conf, "orders"}, {"one\n"});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, "cafka produce: line 1: unknown_topic: "));
}

TEST_CASE("a login that may not write is named by produce, and nothing else") {
  faulty_cluster cluster;
  constexpr std::int16_t init_producer_id = 22; // Kafka protocol, all
  constexpr std::int16_t cluster_authorization_failed = 31;
  cluster.create_topic("orders", 1);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  cluster.inject(init_producer_id, {cluster_authorization_failed});
  auto x = run_program({"produce", conf, "orders"}, {"one\ntwo\n"});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, ": authorization: CLUSTER_AUTHORIZATION_FAILED: "));
  CHECK(has(x.err, "has the right to write to no topic"));
  CHECK_FALSE(has(x.err, "PURGE"));
  CHECK_FALSE(has(x.err, "%0|")); // a line of librdkafka's own
}

TEST_CASE("a broker that cannot be reached is a named error of produce") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(nobody));
  auto x = run_program({"produce", conf, "orders", "--timeout", "1"},
                       {"one\n"});
  INFO(x.err);
  CHECK(x.code == 1);
  CHECK(has(x.err, "cafka produce: line 1: timed_out: "));
  CHECK_FALSE(has(x.err, "%3|")); // a line of librdkafka's own
}

TEST_CASE("the timeout of produce goes over that of the config file") {
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(nobody));
  auto x = run_program({"produce", conf, "orders", "--timeout", "1",
                        "--cafka.kafka.message-timeout-ms=600000"},
                       {"one\n"});
  INFO(x.err);
  CHECK(x.code == 1); // and not killed for taking too long
  auto of_file = run_program({"produce", conf, "orders",
                              "--cafka.kafka.message-timeout-ms=1000"},
                             {"one\n"});
  INFO(of_file.err);
  CHECK(of_file.code == 1);
  CHECK(has(of_file.err, "timed_out"));
}

TEST_CASE("a line that is too long ends produce by its number") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto lines = files.write("lines",
                           "one\n" + std::string(1'000'001, 'x') + "\n");
  app_process program{{"/bin/sh", "-c",
                       std::string{"exec "} + CAFKA_PROGRAM + " produce " + conf
                         + " orders < " + lines}};
  CHECK(program.wait() == 2);
  CHECK(program.err()
        == "1 records delivered\n"
           "cafka produce: standard input: line 2 is longer than 1000000 "
           "bytes\n");
}

TEST_CASE("a login that a broker refuses is a named error of offsets") {
  scratch_directory files;
  sasl_refusing_broker broker;
  auto conf = files.write("a.conf", group_config_text(broker.endpoint()));
  std::vector<std::string> args{"offsets", conf, "--timeout", "2"};
  for (std::string x :
       {"security-protocol=sasl_plaintext", "sasl-mechanisms=PLAIN",
        "sasl-username=reader", "sasl-password=hunter2"})
    args.push_back("--cafka.kafka." + x);
  auto x = run_program(args);
  INFO(x.err);
  CHECK(x.code == 6);
  CHECK(has(x.err, "cafka offsets: group orders at " + broker.endpoint()
                     + ": authentication: "));
  CHECK_FALSE(has(x.err, "hunter2"));
}

TEST_CASE("a signal ends a command at once that does not look at signals") {
  refusing_listener broker;
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(broker.endpoint()));
  app_process program{{CAFKA_PROGRAM, "offsets", conf, "--timeout", "600"}};
  broker.await_attempts(1);
  program.send(SIGINT);
  CHECK(program.wait() == 128 + SIGINT);
}

TEST_CASE("wrong arguments are named by produce") {
  faulty_cluster cluster;
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  auto refusal = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"produce", conf, "orders"});
    auto x = run_program(more);
    CHECK(x.code == 2);
    CHECK(x.out.empty());
    return x.err;
  };
  auto wrong_header = refusal({"--header", "a=b", "--header", "hunter2"});
  CHECK(has(wrong_header, "--header, number 2 of 2: not name=value"));
  CHECK_FALSE(has(wrong_header, "hunter2"));
  CHECK_FALSE(has(refusal({"--header", "=hunter2"}), "hunter2"));
  CHECK(has(refusal({"--key-separator", "\\n"}),
            "--key-separator \\n: a backslash is written \\\\, a tab \\t and a "
            "zero byte \\0\n"));
  CHECK(has(refusal({"--group", "x"}), "--group x: no group"));
  CHECK(has(refusal({"--key-field", "0"}), "--key-field"));
  CHECK(has(refusal({"--key-field", "1", "--key-separator", ":"}), "excludes"));
  CHECK(run_program({"produce", conf}).code == 2);
}

TEST_CASE("a signal ends produce with the count of what was delivered") {
  faulty_cluster cluster;
  cluster.create_topic("orders", 1);
  scratch_directory files;
  auto conf = files.write("a.conf", group_config_text(cluster.endpoints()));
  app_process program{{CAFKA_PROGRAM, "produce", conf, "orders"},
                      {"one\ntwo\n", false}};
  // What was written is seen from outside, whenever that is.
  auto written = [&] {
    return has(run_program({"offsets", conf}).out, "0          -    2    -");
  };
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!written() && std::chrono::steady_clock::now() < deadline) {
    // nop
  }
  program.send(SIGINT);
  CHECK(program.wait() == 130);
  CHECK(program.err() == "2 records delivered\n");
}
