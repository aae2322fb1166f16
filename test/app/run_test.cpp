#include "support/catch.hpp"
#include "support/run_status.hpp"
#include "support/run_world.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("a run prints every record, and a signal commits what was printed") {
  run_world w{"commit-interval = 10min"};
  w.send(std::nullopt, "", {{"a", "1"}, {"a", std::nullopt}});
  w.send("", std::nullopt);
  w.send("\xff"s, "gr\xc3\xbc\xc3\x9f"s);
  output_of({"produce", w.conf, "orders", "--key-field", "2", "--header",
             "from=test"},
            {"a b c\n  x\n"});
  output_of({"produce", w.conf, "orders", "--key-separator", "::"},
            {"k::v::w\nno key"});
  app_process program{{CAFKA_PROGRAM, "run", w.conf}};
  CHECK(program.await_output("\n", 7));
  program.send(SIGTERM);
  auto code = program.wait();
  INFO(program.err() << program.out());
  CHECK(code == 0);
  auto line = [](int offset, const std::string& rest) {
    return R"({"topic":"orders","partition":0,"offset":)"
           + std::to_string(offset) + R"(,"timestamp":)" + rest + "\n";
  };
  CHECK(has(program.out(),
            line(0, R"(1700,"key":null,"value":"","headers":)"
                    R"([{"name":"a","value":"1"},{"name":"a","value":null}]})")
              + line(1, R"(1700,"key":"","value":null,"headers":[]})")
              + line(2, R"(1700,"key_base64":"/w==","value":"grüß",)"
                        R"("headers":[]})")));
  CHECK(has(program.out(), R"("key":"b","value":"a b c","headers":)"
                           R"([{"name":"from","value":"test"}]})"));
  CHECK(has(program.out(), R"("key":null,"value":"  x","headers":)"));
  CHECK(has(program.out(), R"("key":"k","value":"v::w","headers":[]})"));
  CHECK(has(program.out(), R"("key":null,"value":"no key","headers":[]})"));
  CHECK(has(program.err(), "order-readers orders/0 assigned"));
  CHECK(has(program.err(), "summary name=orders records=7 "));
  CHECK(has(program.err(), "orders/0 summary records=7 committed=7\n"));
  CHECK(has(output_of({"offsets", w.conf}),
            "order-readers  orders          0          7    7    0\n"));
}

TEST_CASE("two groups of one file run on one embedded cluster and count") {
  scratch_directory files;
  auto group = [](const std::string& name) {
    return "  " + name + " {\n  group = \"" + name + "\"\n" + "  topics = [\""
           + name + "\"]\n"
           + "  handler = \"count\"\n  begin-offset = \"earliest\"\n"
           + "  sleep-timeout = 20ms\n}\n";
  };
  auto conf = files.write("two.conf", "cafka {\n groups {\n" + group("first")
                                        + group("second") + "}\n}\n");
  app_process program{{CAFKA_PROGRAM, "run", conf, "--embedded"}};
  REQUIRE(program.await_error("embedded_cluster endpoints=127.0.0.1:"));
  REQUIRE(program.await_error("\n"));
  auto begin = program.err().find("127.0.0.1:");
  auto at = program.err().substr(begin, program.err().find('\n') - begin);
  output_of({"produce", conf, "first", "--endpoints", at}, {"1\n2\n3\n"});
  output_of({"produce", conf, "second", "--group", "second", "--endpoints", at},
            {"1\n2\n"});
  await_watermarks(program, 5);
  program.send(SIGINT);
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 0);
  CHECK(program.out().empty());
  CHECK(has(program.err(), "first summary name=first records=3 bytes=3 "));
  CHECK(has(program.err(), "second summary name=second records=2 bytes=2 "));
}

TEST_CASE("a second signal ends a run at once, whatever blocks") {
  for (auto second : {SIGTERM, SIGINT, SIGHUP}) {
    run_world w{"handler-timeout = 100ms"};
    w.send_much();
    app_process program{{CAFKA_PROGRAM, "run", w.conf}};
    program.hold_output();
    REQUIRE(program.await_error(" handler_slow generation=")); // a call blocks
    program.send(SIGTERM);
    REQUIRE(program.await_error("a second signal ends at once"));
    program.send(second);
    CHECK(program.wait() == 128 + second);
    CHECK_FALSE(has(program.err(), " summary "));
  }
}

TEST_CASE("a run goes on while nobody reads standard error") {
  run_world w;
  w.send("k", "v");
  app_process program{{CAFKA_PROGRAM, "run", w.conf}, {.error_is_held = true}};
  CHECK(program.await_output("{\"topic\""));
  program.send(SIGTERM);
  program.read_error();
  auto code = program.wait();
  CHECK(code == 0);
  // What nobody took in time is counted.
  auto in_time = has(program.err(), "order-readers orders/0 assigned");
  auto dropped = has(program.err(), " lines_dropped count=");
  CHECK(in_time != dropped);
  CHECK(has(program.err(), "summary name=orders records=1 "));
}

TEST_CASE("a signal ends a run whose output nobody reads") {
  run_world w{"stop-timeout = 500ms"};
  w.send_much();
  app_process program{{CAFKA_PROGRAM, "run", w.conf}, {.error_is_held = true}};
  REQUIRE(program.await_output("{\"topic\""));
  program.hold_error();
  SECTION("standard error") {
    REQUIRE(program.await_output("\n", 200));
    program.send(SIGTERM);
    CHECK(program.wait() == 0);
    CHECK(has(output_of({"offsets", w.conf}), "orders          0        200"));
  }
  SECTION("standard output, too") {
    program.hold_output();
    program.send(SIGTERM);
    auto code = program.wait();
    CHECK((code == 5 || code == 0)); // the pipe was full already, or not
  }
}

TEST_CASE("a group that gives up while a call blocks ends the run") {
  constexpr std::int16_t offset_commit = 8; // Kafka protocol
  constexpr std::int16_t group_authorization_failed = 30;
  run_world w{"batch-size = 1\ncommit-interval = 1s\nstop-timeout = 500ms"};
  w.send_much();
  // The begin is committed, and then no ack.
  std::vector<std::int16_t> errors(20, group_authorization_failed);
  errors.front() = 0;
  w.cluster.inject(offset_commit, errors);
  app_process program{{CAFKA_PROGRAM, "run", w.conf}};
  program.hold_output();
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 4);
  CHECK(has(program.err(), " ended name=orders code=authorization: "));
  CHECK(has(program.err(), " summary name=orders "));
}

TEST_CASE("a handler call that outlives a stop ends the run by its own code") {
  run_world w{"stop-timeout = 500ms\nhandler-timeout = 100ms"};
  w.send_much();
  app_process program{{CAFKA_PROGRAM, "run", w.conf}};
  program.hold_output();
  REQUIRE(program.await_error(" handler_slow generation=")); // a call blocks
  program.send(SIGTERM);
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 5);
  CHECK(has(program.err(), " stop_expired count="));
  CHECK(has(program.err(), " ended name=orders code=calls_outlived_stop: "));
  CHECK(has(program.err(), " summary name=orders "));
}

TEST_CASE("records that nobody reads are not acked, and the run ends") {
  run_world w;
  w.send("k", "v");
  app_process program{{CAFKA_PROGRAM, "run", w.conf}};
  program.close_output();
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 1);
  CHECK(has(program.err(), "standard output is closed"));
  CHECK(has(program.err(), " summary name=orders records=0 bytes=0 "));
  // The begin was committed when it was resolved, and nothing since.
  CHECK(has(output_of({"offsets", w.conf}),
            "order-readers  orders          0          0    1    1\n"));
}

TEST_CASE("records that a full disk does not take are not acked") {
  run_world w{"on-failure { retries = 1, then = [\"stop-group\"] }\n"
              "restart-backoff-max = 100ms"};
  w.send("k", "v");
  auto command = std::string{CAFKA_PROGRAM} + " run " + w.conf + " >/dev/full";
  app_process program{{"/bin/sh", "-c", "exec " + command}};
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 4);
  CHECK(has(program.err(), "standard output: No space left on device"));
  CHECK(has(program.err(), " ended name=orders code=partition_exhausted: "));
  CHECK(has(output_of({"offsets", w.conf}),
            "order-readers  orders          0          0    1    1\n"));
}

TEST_CASE("a group that gives up is told by name and stops the others") {
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  scratch_directory files;
  auto group = [&](const std::string& name) {
    return "  " + name + " {\n  group = \"" + name + "\"\n  endpoints = [\""
           + cluster.endpoints() + "\"]\n"
           + "  topics = [\"t\"]\n  handler = \"count\"\n}\n";
  };
  auto conf = files.write("two.conf", "cafka {\n groups {\n" + group("first")
                                        + group("second") + "}\n}\n");
  cluster.inject(9, {30}); // OffsetFetch: GROUP_AUTHORIZATION_FAILED
  app_process program{{CAFKA_PROGRAM, "run", conf}};
  auto code = program.wait();
  INFO(program.err());
  CHECK(code == 4);
  auto first = has(program.err(), " ended name=first code=authorization: ");
  auto second = has(program.err(), " ended name=second code=authorization: ");
  CHECK(first != second);
  CHECK(has(program.err(), " summary name=first records=0 "));
  CHECK(has(program.err(), " summary name=second records=0 "));
}
