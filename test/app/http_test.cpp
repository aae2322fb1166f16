// What `cafka run` and `cafka check` do about HTTP.

#include "support/http_client.hpp"
#include "support/run_world.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

/// Of the line that says where it serves.
int port_in(const std::string& err) {
  constexpr std::string_view before = "http_served address=127.0.0.1:";
  return std::stoi(err.substr(err.find(before) + before.size()));
}

} // namespace

TEST_CASE("run serves HTTP where the command line says, until it ends") {
  run_world w;
  w.send("k", "v");
  app_process program{{CAFKA_PROGRAM, "run", w.conf, "--http", "127.0.0.1:0"}};
  REQUIRE(program.await_error("http_served address=127.0.0.1:"));
  REQUIRE(program.await_error(" assigned generation="));
  REQUIRE(program.await_output("\"value\":\"v\""));
  auto port = port_in(program.err());
  CHECK(get(port, "/livez").status == 200);
  CHECK(await_answer(port, "/readyz", 200));
  CHECK(
    await_answer(port, "/metrics", 200,
                 "cafka_records_delivered_total{name=\"orders\",group="
                 "\"order-readers\",topic=\"orders\",partition=\"0\"} 1\n"));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK_THROWS(get(port, "/livez"));
}

TEST_CASE("run and check refuse an address that others could reach without a "
          "token") {
  run_world w;
  for (auto* command : {"run", "check"}) {
    auto x = run_program({command, w.conf, "--http", "0.0.0.0:0"});
    INFO(x.err);
    CHECK(x.code == 2);
    CHECK(x.err_has("cafka.http.listen = \"0.0.0.0:0\": with a token-file"));
  }
}

TEST_CASE("check shows the settings of HTTP and not its token") {
  run_world w;
  auto token = w.files.write("token", "0123456789abcdef\n");
  auto x = run_program({"check", w.conf, "--http", "127.0.0.1:8080",
                        "--cafka.http.token-file=" + token});
  INFO(x.err);
  CHECK(x.code == 0);
  CHECK(x.out_has("listen = \"127.0.0.1:8080\"\n"));
  CHECK(x.out_has("token-file = \"" + token + "\"\n"));
  CHECK(x.out_has("operations = false\n"));
  CHECK_FALSE(x.out_has("0123456789abcdef"));
}

TEST_CASE("an address that somebody listens at ends a run before it begins") {
  run_world w;
  app_process first{{CAFKA_PROGRAM, "run", w.conf, "--http", "127.0.0.1:0"}};
  REQUIRE(first.await_error("http_served address=127.0.0.1:"));
  REQUIRE(first.await_error(" assigned generation="));
  auto port = port_in(first.err());
  auto x = run_program(
    {"run", w.conf, "--http", "127.0.0.1:" + std::to_string(port)});
  INFO(x.err);
  CHECK(x.code == 2);
  CHECK(x.err_has("cannot be listened at"));
  CHECK_FALSE(x.err_has(" assigned generation="));
  first.send(SIGTERM);
  CHECK(first.wait() == 0);
}

TEST_CASE("ctl pauses, resumes and moves a partition of a run, and shows how "
          "it is") {
  run_world w;
  w.send("k", "first");
  app_process program{{CAFKA_PROGRAM, "run", w.conf, "--http", "127.0.0.1:0",
                       "--cafka.http.operations=true"}};
  REQUIRE(program.await_error("http_served address=127.0.0.1:"));
  REQUIRE(program.await_output("\"value\":\"first\""));
  auto address = "127.0.0.1:" + std::to_string(port_in(program.err()));
  auto ctl = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"ctl", "--http", address});
    return output_of(args);
  };
  auto ask = [&](std::vector<std::string> args) {
    args.insert(args.end(), {"--who", "ann", "--reason", "a new table"});
    return ctl(std::move(args));
  };
  ask({"pause", "orders/0"});
  CHECK(program.await_error("delivery_paused"));
  w.send("k", "second");
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (!has(ctl({"status"}), ", paused"))
    REQUIRE(std::chrono::steady_clock::now() < deadline);
  CHECK(has(ctl({"status"}), "a new table"));
  CHECK_FALSE(has(program.out(), "\"value\":\"second\""));
  ask({"resume", "orders/0"});
  CHECK(program.await_output("\"value\":\"second\""));
  CHECK(has(ask({"move", "orders/0", "--to", "earliest"}),
            "it goes on at offset 0"));
  CHECK(program.await_output("\"value\":\"first\"", 2));
  CHECK(program.await_output("\"value\":\"second\"", 2));
  program.send(SIGTERM);
  CHECK(program.wait() == 0);
}
