#include "http/metrics.hpp"

#include "core/time_counts.hpp"
#include "support/catch.hpp"
#include "support/scratch_directory.hpp"
#include "support/snapshots.hpp"
#include "support/tool.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace cafka;
using namespace cafka::http;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A group of which all that there are metrics for has happened.
http::seen_group full_group() {
  auto result
    = test::seen_group({running_partition("t", 0), failing_partition("t", 1)});
  auto& status = *result.status;
  auto& p = status.partitions[0];
  p.records_delivered = 7;
  p.records_redelivered = 2;
  p.records_acked = 5;
  p.queue_records = 9;
  p.queue_bytes = 9'000;
  p.call_ms = 1'500;
  status.commits_confirmed = 3;
  status.outputs_written = 4;
  core::observe(status.commit_seconds, 2ms, call_seconds_bounds);
  topic_status topic;
  topic.topic = "t";
  core::observe(topic.handler_seconds, 1ms, call_seconds_bounds);
  core::observe(topic.handler_seconds, 90s, call_seconds_bounds);
  core::observe(topic.record_age, 20s, record_age_bounds);
  status.topics.push_back(topic);
  auto happens = [&](event_kind kind, errc code, std::string text,
                     std::uint64_t count) {
    event e;
    e.kind = kind;
    e.tp = {"t", 1};
    e.code = code;
    e.text = std::move(text);
    e.count = count;
    result.counts.count(e);
  };
  happens(event_kind::worker_failed, errc::handler_failed, "x", 0);
  happens(event_kind::worker_restarted, errc::none, "", 1);
  happens(event_kind::dead_lettered, errc::none, "", 0);
  happens(event_kind::record_skipped, errc::none, "", 0);
  happens(event_kind::ack_refused, errc::none, "stale_generation", 11);
  happens(event_kind::program_started, errc::none, "", 4711);
  happens(event_kind::program_ended, errc::none, "exit 3", 4711);
  return result;
}

std::string full_text() {
  return metrics_text(snapshot_of({full_group()}));
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string content_of(const std::string& path) {
  std::ifstream in{path};
  std::stringstream result;
  result << in.rdbuf();
  return result.str();
}

/// Of metrics, without what histograms add.
std::set<std::string> names_in(const std::string& text) {
  static const std::regex name{"cafka_[a-z_]+"};
  std::set<std::string> result;
  for (std::sregex_iterator i{text.begin(), text.end(), name}, end; i != end;
       ++i)
    result.insert(
      std::regex_replace(i->str(), std::regex{"_(bucket|sum|count)$"}, ""));
  return result;
}

} // namespace

TEST_CASE("metrics tell where each partition stands") {
  auto x = full_text();
  INFO(x);
  const std::string of = R"(name="orders",group="order-readers",topic="t",)";
  CHECK(has_line(x, "cafka_partition_lag{" + of + R"(partition="0"} 50)"));
  CHECK(
    has_line(x, "cafka_partition_end_offset{" + of + R"(partition="0"} 150)"));
  CHECK(has_line(x, "cafka_partition_healthy{" + of + R"(partition="1"} 0)"));
  CHECK(
    has_line(x, "cafka_client_queue_bytes{" + of + R"(partition="0"} 9000)"));
  CHECK_FALSE( // it is not known
    has_line(x, "cafka_client_queue_bytes{" + of + R"(partition="1"} -1)"));
  CHECK(has_line(x, "cafka_partition_state{" + of
                      + R"(partition="1",state="backoff"} 1)"));
  CHECK(has_line(x, "cafka_partition_state{" + of
                      + R"(partition="1",state="running"} 0)"));
  CHECK(has_line(x, "cafka_partition_last_progress_timestamp_seconds{" + of
                      + R"(partition="1"} 999760)"));
  CHECK(has_line(x, "cafka_records_acked_total{" + of + R"(partition="0"} 5)"));
}

TEST_CASE("metrics count what happened, by its reason") {
  auto x = full_text();
  INFO(x);
  const std::string of = R"(name="orders",group="order-readers")";
  const std::string at = of + R"(,topic="t",partition="1")";
  CHECK(has_line(x, "cafka_worker_failures_total{" + at
                      + R"(,code="handler_failed"} 1)"));
  CHECK(has_line(x, "cafka_records_disposed_total{" + at + R"(,by="skip"} 1)"));
  CHECK(has_line(x, "cafka_records_disposed_total{" + of
                      + R"(,topic="t",partition="0",by="skip"} 0)"));
  CHECK(has_line(x, "cafka_worker_restarts_total{" + of
                      + R"(,topic="t",partition="0"} 0)"));
  CHECK(has_line(x, "cafka_acks_refused_total{" + of
                      + R"(,reason="stale_generation"} 11)"));
  CHECK(has_line(x, "cafka_exec_ends_total{" + of + R"(,reason="exit 3"} 1)"));
  CHECK(has_line(x, "cafka_commits_total{" + of + R"(,result="confirmed"} 3)"));
  CHECK(has_line(x, "cafka_handler_oldest_call_seconds{" + of + "} 1.5"));
  CHECK(has_line(x, "cafka_handler_seconds_bucket{" + of
                      + R"(,topic="t",le="60"} 1)"));
  CHECK(has_line(x, "cafka_handler_seconds_count{" + of + R"(,topic="t"} 2)"));
}

TEST_CASE("metrics of a name with quotes and newlines stay lines") {
  auto group = full_group();
  group.name = "a\"b\nc\\d";
  auto x = metrics_text(snapshot_of({group}));
  CHECK_THAT(x, has_text(R"(name="a\"b\nc\\d")"));
}

TEST_CASE("the metrics pass Prometheus' own check") {
  auto folder = prometheus_folder();
  if (!folder)
    return;
  auto x = run_tool({*folder + "/promtool", "check", "metrics"}, full_text());
  INFO(x.out << x.err);
  CHECK(x.code == 0);
  CHECK(x.err.empty());
}

TEST_CASE("each alert fires where it should, and not before") {
  auto folder = prometheus_folder();
  if (!folder)
    return;
  scratch_directory files;
  auto rules = files.write("alerts.yml",
                           content_of(CAFKA_SOURCES "/config/alerts.yml"));
  auto tests = files.write(
    "tests.yml", content_of(CAFKA_SOURCES "/test/http/alerts_test.yml"));
  for (auto& args : {std::vector<std::string>{"check", "rules", rules},
                     {"test", "rules", tests}}) {
    auto all = args;
    all.insert(all.begin(), *folder + "/promtool");
    auto x = run_tool(all);
    INFO(x.out << x.err);
    CHECK(x.code == 0);
  }
}

TEST_CASE(
  "alerts and the dashboard name metrics that there are, and the tests of "
  "alerts name each alert") {
  auto served = names_in(full_text());
  for (auto* file : {"alerts.yml", "grafana.json"}) {
    auto text = content_of(std::string{CAFKA_SOURCES "/config/"} + file);
    REQUIRE_FALSE(text.empty());
    for (auto& name : names_in(text)) {
      INFO(file << " names " << name);
      CHECK(served.contains(name));
    }
  }
  auto rules = content_of(CAFKA_SOURCES "/config/alerts.yml");
  auto tests = content_of(CAFKA_SOURCES "/test/http/alerts_test.yml");
  static const std::regex alert{"alert: ([A-Za-z]+)"};
  for (std::sregex_iterator i{rules.begin(), rules.end(), alert}, end; i != end;
       ++i) {
    auto name = (*i)[1].str();
    INFO(name);
    CHECK(tests.find("alertname: " + name + ", eval_time") != tests.npos);
    CHECK(tests.find("alertname: " + name + "\n") != tests.npos);
  }
}
