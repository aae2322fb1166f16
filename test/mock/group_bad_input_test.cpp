// What a group makes of brokers, topics, records and acks that are no good.

#include "support/allocated_bytes.hpp"
#include "support/group_fixture.hpp"
#include "support/refusing_listener.hpp"

#include <cafka/message_batch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <set>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// What a handler saw of one record, its bytes by their lengths; -1: null.
struct shape {
  std::ptrdiff_t key = -1;
  std::ptrdiff_t value = -1;
  std::size_t headers = 0;
  friend bool operator==(const shape&, const shape&) = default;
};

std::ptrdiff_t length(const optional_bytes& x) {
  return x ? static_cast<std::ptrdiff_t>(x->size()) : -1;
}

void append_large(const std::string& endpoints, const topic_partition& tp,
                  std::size_t bytes) {
  auto failures = 0;
  auto out = kafka::producer::open(
    {{"bootstrap.servers", endpoints}, {"message.max.bytes", "10000000"}},
    [&](std::uint64_t, partition_t, offset_t, const kafka::error& x) {
      failures += x ? 1 : 0;
    });
  if (!out)
    throw std::runtime_error(out.failure().text);
  auto sent = (*out)->send(tp.topic, tp.partition, "large",
                           std::string(bytes, 'x'), 0);
  if (!sent || !(*out)->flush(10s) || failures > 0)
    throw std::runtime_error("the large record could not be appended");
}

} // namespace

TEST_CASE("no broker at the address is told once, waited for and does not "
          "delay a stop") {
  refusing_listener nobody;
  group_fixture f;
  auto options = f.options();
  options.config.endpoints = {nobody.endpoint()};
  options.config.kafka["reconnect.backoff.ms"] = "10";
  options.config.kafka["reconnect.backoff.max.ms"] = "10";
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_event(event_kind::client_error));
  REQUIRE(nobody.await_attempts(100));
  auto told = f.events(event_kind::client_error);
  CHECK(std::all_of(told.begin(), told.end(), [](const event& x) {
    return x.code == errc::broker_unavailable;
  }));
  std::set<std::string> texts;
  for (auto& x : told)
    texts.insert(x.text.substr(0, x.text.find(" (")));
  CHECK(texts.size() == told.size());
  CHECK(f.count(event_kind::group_restarted) == 0);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a web server at the address is told as such and waited for") {
  refusing_listener web{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n"
                        "Connection: close\r\n\r\n"};
  group_fixture f;
  auto options = f.options();
  options.config.endpoints = {web.endpoint()};
  options.config.kafka["reconnect.backoff.ms"] = "10";
  options.config.kafka["reconnect.backoff.max.ms"] = "10";
  options.handler = f.noting(ack_all);
  std::mutex mutex;
  std::string log;
  options.log = [&](const log_record& x) {
    std::lock_guard guard{mutex};
    log += x.text + "\n";
  };
  f.start(options);
  CHECK(f.await_events(1, [](const event& x) {
    return x.kind == event_kind::client_error
           && x.code == errc::broker_unavailable
           && x.text.find("begins with \"HTTP\": see endpoints")
                != std::string::npos;
  }));
  CHECK(web.await_attempts(3));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  std::lock_guard guard{mutex};
  INFO(log);
  CHECK(log.find("begins with \"HTTP\": see endpoints") != std::string::npos);
  CHECK(log.find("increase") == std::string::npos);
}

TEST_CASE("a topic that does not exist is told by name, the others are read, "
          "and it is read from when it is there") {
  group_fixture f;
  f.cluster.create_topic("later", 1);
  f.cluster.fail_topic("later", 3); // UNKNOWN_TOPIC_OR_PARTITION
  f.produce(0, 10);
  auto options = f.options();
  options.config.topics = {"t", "later"};
  options.config.kafka["topic.metadata.refresh.interval.ms"] = "500";
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_committed(0, 10));
  auto told = f.events(event_kind::client_error);
  REQUIRE(told.size() == 1);
  CHECK(told[0].code == errc::unknown_topic);
  CHECK(told[0].text.find("later") != std::string::npos);

  f.cluster.fail_topic("later", 0);
  appender{f.cluster}.append({"later", 0}, 5);
  CHECK(f.await_events(1, [](const event& x) {
    return x.kind == event_kind::committed && x.tp.topic == "later"
           && x.offset == 5;
  }));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a look-up that keeps failing is told once, and then overcome") {
  group_fixture f;
  f.produce(0, 10);
  // OffsetFetch: COORDINATOR_NOT_AVAILABLE
  f.cluster.inject(9, std::vector<std::int16_t>(4, 15));
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_committed(0, 10));
  CHECK(f.count(event_kind::client_error) == 1);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("records without key or value, empty, very large or with a thousand "
          "headers are delivered as they are and committed") {
  group_fixture f{2};
  appender out{f.cluster};
  out.append({"t", 0}, std::nullopt, std::nullopt, {}, 1);
  out.append({"t", 0}, "key", std::nullopt, {}, 1);
  out.append({"t", 0}, "", "", {}, 1);
  std::vector<header> headers(1000, {"name", "value"});
  headers[999].value.reset();
  out.append({"t", 0}, std::nullopt, "value", headers, 1);
  constexpr std::size_t large = 5'000'000; // the mock keeps 5 MiB
  append_large(f.cluster.endpoints(), {"t", 1}, large);

  auto options = f.options();
  std::mutex mutex;
  std::map<partition_t, std::vector<shape>> seen;
  options.handler = f.noting([&](const message_batch& batch) {
    std::lock_guard guard{mutex};
    for (auto x : batch)
      seen[batch.partition()].push_back(
        {length(x.key()), length(x.value()), x.header_count()});
    return handler_answer::ack();
  });
  f.start(options);
  CHECK(f.await_committed(0, 4));
  CHECK(f.await_committed(1, 1));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(
    seen[0]
    == std::vector<shape>{{-1, -1, 0}, {3, -1, 0}, {0, 0, 0}, {-1, 5, 1000}});
  CHECK(seen[1] == std::vector<shape>{{5, large, 0}});
  CHECK(f.count(event_kind::worker_failed) == 0);
}

TEST_CASE(
  "headers that are not wanted are left out, and the rest is as it is") {
  group_fixture f;
  appender out{f.cluster};
  out.append({"t", 0}, "key", "value", {{"name", "value"}}, 7);
  auto options = f.options();
  options.headers = false;
  std::promise<std::string> seen;
  options.handler = f.noting([&](const message_batch& batch) {
    auto x = batch[0];
    seen.set_value(fmt::format("{} {} {} {} {}", *x.key(), *x.value(),
                               x.timestamp()->count(), x.header_count(),
                               x.size_bytes()));
    return handler_answer::ack();
  });
  f.start(options);
  CHECK(f.await_committed(0, 1));
  CHECK(seen.get_future().get() == "key value 7 0 8");
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a handler that blocks for longer than the session and the poll "
          "interval keeps its partition") {
  group_fixture f{2};
  f.produce(0, 10);
  f.produce(1, 10);
  door blocked;
  auto options = f.options();
  options.config.kafka["max.poll.interval.ms"] = "6000";
  options.config.drain_timeout = 500ms;
  options.config.handler_timeout = 1s;
  options.handler = f.noting([&](const message_batch& batch) {
    if (batch.partition() == 0)
      blocked.pass();
    return handler_answer::ack();
  });
  f.start(options);
  // Told once per handler-timeout: 8 s, beyond both limits.
  CHECK(f.await_event(event_kind::handler_slow, 8));
  CHECK(f.await_committed(1, 10));
  CHECK(f.count(event_kind::revoked) == 0);
  CHECK(f.count(event_kind::lost) == 0);
  blocked.open();
  CHECK(f.await_committed(0, 10));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(10)); // once
}

TEST_CASE("a flood of a million acks is worked off and its memory returned") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.handler
    = f.noting([](const message_batch&) { return handler_answer::no_ack(); });
  f.start(options);
  REQUIRE(f.await_delivered(10));
  auto g = f.events(event_kind::assigned).at(0).generation;
  auto before = allocated_bytes();
  constexpr std::uint64_t flood = 1'000'000;
  for (std::uint64_t i = 0; i < flood; ++i)
    compat::post(*f.group, ack{"t", 0, g, 10}); // beyond what was delivered
  compat::post(*f.group, ack{"t", 0, g, 4});
  CHECK(f.await_status(
    [](const group_status& x) { return x.acks_refused == flood; }));
  CHECK(f.await_committed(0, 5));
  constexpr std::size_t slack = 20'000'000; // a fortieth of the flood, at most
  CHECK(allocated_bytes() < before + slack);
  CHECK(f.count(event_kind::ack_refused) < 1000); // summed up
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a member that waits to join says so") {
  constexpr std::int16_t join_group = 11;
  constexpr std::int16_t rebalance_in_progress = 27;
  group_fixture f;
  f.cluster.inject(join_group,
                   std::vector<std::int16_t>(1'000, rebalance_in_progress));
  auto options = f.options();
  options.handler = f.noting([](auto&) { return handler_answer::ack(); });
  f.start(std::move(options));
  REQUIRE(f.await_event(event_kind::member_waits));
  CHECK_THAT(f.events(event_kind::member_waits)[0].text,
             has_text("joins the group"));
  f.cluster.clear_injected(join_group);
}
