#include "support/catch.hpp"
#include "support/faulty_cluster.hpp"
#include "support/kafka_client_driver.hpp"

#include <ctime>
#include <future>
#include <system_error>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// Of all threads of this process.
std::chrono::nanoseconds processor_time() {
  timespec x{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &x);
  return std::chrono::seconds{x.tv_sec} + std::chrono::nanoseconds{x.tv_nsec};
}

/// Members of one group of two partitions with a log of the group's states.
kafka::properties talking_member(const kafka::mock_cluster& cluster) {
  return member_of(cluster, "g",
                   {{"partition.assignment.strategy", "cooperative-sticky"},
                    {"debug", "cgrp"}});
}

/// Until librdkafka's thread is about to queue an assignment, which it has done
/// before it answers anything. Nothing is read from then on.
bool await_assign(bell& b, client_driver& holder, client_driver& other) {
  return b.await([&] {
    other.pump();
    while (auto x = holder->poll()) {
      auto* line = std::get_if<kafka::log_line>(&*x);
      if (line != nullptr
          && line->text.find("delegating incremental assign")
               != std::string::npos)
        return true;
    }
    return false;
  });
}

std::thread refuses_threads(std::function<void()>) {
  throw std::system_error{EAGAIN, std::generic_category()};
}

} // namespace

TEST_CASE("a client whose commit has no coordinator ends without a processor "
          "of its own") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  client_driver member{b, member_of(cluster, "g")};
  REQUIRE(member.join({"t"}).size() == 1);
  cluster.set_broker_down(1);
  REQUIRE(member.await<kafka::client_error>());
  member->commit(1, {{{"t", 0}, 5}});
  member->cut_off();
  std::promise<void> ended;
  auto wall = std::chrono::steady_clock::now();
  auto processor = processor_time();
  member.release()->end(kafka::farewell::none, 1s,
                        [&](kafka::client_ended) { ended.set_value(); });
  // librdkafka awaits a coordinator for as long as the session may last.
  REQUIRE(ended.get_future().wait_for(60s) == std::future_status::ready);
  processor = processor_time() - processor;
  CHECK(processor < (std::chrono::steady_clock::now() - wall) / 2);
}

TEST_CASE("an assignment that nobody took is no obstacle to a close") {
  std::string strategy = GENERATE("cooperative-sticky", "range");
  INFO(strategy);
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  auto props = member_of(cluster, "g",
                         {{"partition.assignment.strategy", strategy},
                          {"debug", "cgrp"}});
  client_driver member{b, props};
  member.answer_rebalances(false);
  member.subscribe({"t"});
  // It waits in librdkafka's queue while the log tells of it.
  auto told = [](const kafka::log_line& x) {
    return x.text.find("delegating") != std::string::npos
           || x.text.find("wait-assign-call") != std::string::npos;
  };
  REQUIRE(member.await<kafka::log_line>(told));
  auto ended = kafka::consumer::close(member.release(), 10s);
  CHECK(ended.in_time);
  CHECK_FALSE(ended.listed);
}

TEST_CASE("an assignment of nothing that nobody took is no obstacle to a "
          "close") {
  bell b;
  kafka::mock_cluster cluster;
  cluster.create_topic("t", 2);
  client_driver holder{b, talking_member(cluster)};
  REQUIRE(holder.join({"t"}).size() == 2);
  holder.answer_rebalances(false);
  client_driver other{b, talking_member(cluster)};
  other.subscribe({"t"});
  std::optional<kafka::revoked> taken;
  REQUIRE(b.await([&] {
    holder.pump();
    other.pump();
    taken = holder.take<kafka::revoked>();
    return taken.has_value();
  }));
  holder.give_back(*taken);
  REQUIRE(await_assign(b, holder, other));
  auto ended = kafka::consumer::close(holder.release(), 10s);
  CHECK(ended.in_time);
  CHECK_FALSE(ended.listed);
}

TEST_CASE("a client tells whether its group let the member go") {
  bell b;
  faulty_cluster cluster;
  cluster.create_topic("t", 1);
  for (std::string group : {"g", "h"}) {
    client_driver member{b, member_of(cluster, group)};
    REQUIRE(member.join({"t"}).size() == 1);
    if (group == "h")
      cluster.set_broker_down(1);
    auto ended = kafka::consumer::close(member.release(), 3s);
    CHECK(ended.listed == (group == "h"));
    CHECK(ended.session == 4s);
  }
  client_driver never_joined{b, member_of(cluster, "i")};
  CHECK_FALSE(kafka::consumer::close(never_joined.release(), 3s).listed);
}

TEST_CASE("a client that gets no thread is refused with the limit's name") {
  faulty_cluster cluster;
  auto client = kafka::consumer::open(
    member_of(cluster, "g"), [] {}, true, refuses_threads);
  REQUIRE_FALSE(client);
  CHECK_FALSE(is_permanent(client.failure().code));
  CHECK(client.failure().retriable);
  CHECK_THAT(client.failure().text,
             has_text("no thread can be made") && has_text("ulimit -u"));
}
