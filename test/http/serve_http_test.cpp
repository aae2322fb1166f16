// The server and real groups on a mock cluster.

#include "support/group_fixture.hpp"
#include "support/http_client.hpp"
#include "support/scratch_directory.hpp"
#include "support/tool.hpp"

#include <cafka/errors.hpp>
#include <cafka/http.hpp>

#include <nlohmann/json.hpp>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

int port_of(const http_server& x) {
  return std::stoi(x.address().substr(x.address().rfind(':') + 1));
}

http_options on_loopback() {
  http_options result;
  result.listen = "127.0.0.1:0";
  return result;
}

http_server serve(group_fixture& f) {
  auto result = serve_http(*f.system, on_loopback());
  if (!result)
    FAIL(text_of(result.error()));
  return std::move(*result);
}

} // namespace

TEST_CASE("metrics count the records, calls and commits of a group that runs") {
  group_fixture f;
  auto server = serve(f);
  auto port = port_of(server);
  CHECK(get(port, "/readyz").status == 503); // there is no group
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(std::move(options));
  f.produce(0, 10);
  REQUIRE(f.await_committed(0, 10));
  CHECK(await_answer(port, "/readyz", 200));
  CHECK(get(port, "/livez").status == 200);
  const std::string of = R"({name="g",group="g",topic="t",partition="0"} )";
  auto x = get(port, "/metrics").body;
  INFO(x);
  CHECK_THAT(x, has_text("cafka_records_delivered_total" + of + "10\n"));
  CHECK_THAT(x, has_text("cafka_records_acked_total" + of + "10\n"));
  CHECK_THAT(x, has_text("cafka_records_redelivered_total" + of + "0\n"));
  CHECK_THAT(x, has_text("cafka_partition_watermark_offset" + of + "10\n"));
  CHECK_THAT(x, has_text("cafka_client_connected{name=\"g\",group=\"g\"} 1\n"));
  CHECK_THAT(x, !has_text("cafka_handler_seconds_count{name=\"g\",group=\"g\","
                          "topic=\"t\"} 0\n"));
  CHECK_THAT(x, has_text("cafka_commits_total{name=\"g\",group=\"g\",result="
                         "\"confirmed\"} "));
  CHECK(await_answer(port, "/metrics", 200,
                     "cafka_partition_committed_offset" + of + "10\n"));
  static_cast<void>(f.stop());
  CHECK(await_answer(port, "/readyz", 503, "it has ended"));
  CHECK(get(port, "/livez").status == 200);
}

TEST_CASE("a failing record is in metrics, health and the status, and comes "
          "again") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting([](const message_batch&) -> handler_answer {
    throw std::runtime_error{"no <b>good</b>"};
  });
  f.start(std::move(options));
  auto server = serve(f); // behind it
  auto port = port_of(server);
  f.produce(0, 1);
  CHECK(await_answer(port, "/healthz?verbose", 503, "\"health\": \"failing\""));
  CHECK(await_answer(port, "/metrics", 200,
                     R"(cafka_partition_healthy{name="g",group="g",topic="t",)"
                     R"(partition="0"} 0)"));
  auto metrics = get(port, "/metrics").body;
  CHECK_THAT(metrics, has_text(R"(cafka_worker_failures_total{name="g",)"
                               R"(group="g",topic="t",partition="0",)"
                               R"(code="handler_failed"} )"));
  CHECK_THAT(metrics, !has_text(R"(cafka_records_redelivered_total{name="g",)"
                                R"(group="g",topic="t",partition="0"} 0)"));
  auto status = nlohmann::json::parse(get(port, "/api/status").body);
  auto p = status["groups"][0]["partitions"][0];
  CHECK(p["failing_offset"] == 0);
  CHECK(p["error_text"] == "no <b>good</b>");
  auto has_event = false;
  for (auto& e : status["events"])
    has_event = has_event || e["kind"] == "record_failed";
  CHECK(has_event);
  CHECK(get(port, "/livez").status == 200);
}

TEST_CASE("a failing record is shown, and got past, over HTTP") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting([](const message_batch& x) -> handler_answer {
    if (x.first_offset() == 0)
      return handler_answer::failed_at(0, "poison");
    return handler_answer::ack();
  });
  f.start(std::move(options));
  auto settings = on_loopback();
  settings.operations = true;
  auto server = serve_http(*f.system, settings);
  REQUIRE(server);
  auto port = port_of(*server);
  f.produce(0, 2);
  CHECK(await_answer(port, "/api/record?group=g&topic=t&partition=0", 200,
                     "\"offset\":0,"));
  CHECK(get(port, "/api/record?group=g&topic=t&partition=7").status == 404);
  CHECK(get(port, "/api/record?group=x&topic=t&partition=0").status == 404);
  REQUIRE(f.await_status([](auto& x) {
    return x.partitions.size() == 1 && x.partitions[0].failing_offset == 0;
  }));
  const std::string body = R"({"group":"g","topic":"t","partition":0,)"
                           R"("offset":0,"step":"skip","who":"ann"})";
  auto done = ask_http(port,
                       "POST /api/dispose HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                       "Content-Type: application/json\r\nContent-Length: "
                         + std::to_string(body.size()) + "\r\n",
                       body);
  CHECK(done.status == 200);
  CHECK_THAT(done.body, has_text("\"text\":\"skipped\""));
  CHECK(f.await_committed(0, 2));
  CHECK(await_answer(port, "/api/record?group=g&topic=t&partition=0", 404,
                     "no record is delivered and not acked"));
}

TEST_CASE("a supervisor that gave up makes a process not live") {
  group_fixture f;
  auto server = serve(f);
  auto port = port_of(server);
  auto options = f.options();
  options.config.on_exhausted = exhaustion_policy::stop_group;
  options.config.restart_max = 0;
  options.handler
    = [](const handler_context&) -> std::unique_ptr<message_handler> {
    throw std::runtime_error{"no"};
  };
  f.start(std::move(options));
  CHECK(await_answer(port, "/livez", 503, "g: it gave up: "));
}

TEST_CASE("an address that is taken, or wrong, cannot be served") {
  group_fixture f;
  auto first = serve(f);
  auto again = on_loopback();
  again.listen = first.address();
  auto second = serve_http(*f.system, again);
  REQUIRE_FALSE(second);
  CHECK(code_of(second.error()) == errc::invalid_config);
  CHECK_THAT(text_of(second.error()), has_text("cannot be listened at"));
  again.listen = "0.0.0.0:0";
  CHECK_FALSE(serve_http(*f.system, again));
  again.listen = "";
  CHECK_FALSE(serve_http(*f.system, again));
}

TEST_CASE("Prometheus scrapes a group") {
  auto folder = prometheus_folder();
  if (!folder)
    return;
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(std::move(options));
  f.produce(0, 3);
  REQUIRE(f.await_committed(0, 3));
  auto server = serve(f);
  scratch_directory files;
  auto config = files.write("prometheus.yml",
                            "global:\n  scrape_interval: 1s\n"
                            "scrape_configs:\n  - job_name: cafka\n"
                            "    static_configs:\n      - targets: ['"
                              + server.address() + "']\n");
  app_process prometheus{{*folder + "/prometheus", "--config.file=" + config,
                          "--storage.tsdb.path=" + files.path("data"),
                          "--web.listen-address=127.0.0.1:0"}};
  REQUIRE(prometheus.await_error("msg=\"Listening on\" address=127.0.0.1:"));
  auto& log = prometheus.err();
  auto at = log.find("msg=\"Listening on\" address=127.0.0.1:");
  REQUIRE(prometheus.await_error("TLS is disabled")); // its line is whole
  auto port = std::stoi(log.substr(log.find("127.0.0.1:", at) + 10));
  CHECK(await_answer(port, "/api/v1/query?query=cafka_records_acked_total", 200,
                     "\"partition\":\"0\""));
  CHECK(await_answer(port, "/api/v1/query?query=cafka_handler_seconds_count",
                     200, "\"topic\":\"t\""));
}
