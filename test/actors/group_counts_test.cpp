// What the status counts of a group, for those who watch many.

#include "support/scripted_group.hpp"

#include <numeric>

using namespace cafka;
using namespace cafka::test;

namespace {

std::uint64_t sum(const time_counts& x) {
  return std::accumulate(x.counts.begin(), x.counts.end(), std::uint64_t{0});
}

} // namespace

TEST_CASE("the status counts what was delivered, redelivered and acked of each "
          "partition") {
  scripted_group g;
  g.append(0, 4);
  g.append(1, 1);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.ack(0, 0);
  g.settle();
  CHECK(g.status(0).records_delivered == 4);
  CHECK(g.status(0).records_redelivered == 0);
  CHECK(g.status(0).records_acked == 1);
  CHECK(g.status(1).records_delivered == 1);
  g.handlers.answer = nullptr; // acks
  g.kill_worker(0);
  g.advance(100ms);
  CHECK(g.status(0).records_delivered == 7);
  CHECK(g.status(0).records_redelivered == 3);
  CHECK(g.status(0).records_acked == 4);
}

TEST_CASE(
  "what is counted survives a restart of the group, and the partition's "
  "coming and going") {
  scripted_group g;
  g.append(0, 3);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  REQUIRE(g.status(0).records_acked == 3);
  g.kill_manager();
  g.settle(); // no manager yet
  CHECK(g.status().rebalances == 1);
  CHECK(g.status().commits_confirmed == 0);
  g.advance(1min);
  g.assign({0}, 3);
  g.append(0, 1);
  g.settle();
  CHECK(g.status(0).records_acked == 4);
  CHECK(g.status().rebalances == 2);
  CHECK(g.status().group_restarts == 1);
}

TEST_CASE("each handler call is measured, whether it fails or not") {
  scripted_group g;
  g.config.batch_size = 1;
  g.append(0, 2);
  g.handlers.answer = [&](const message_batch& x) {
    return x[0].delivery_count() == 1 && x[0].offset() == 1
             ? handler_answer::failed("no")
             : handler_answer::ack();
  };
  g.start_manager();
  g.assign({0});
  g.advance(1s);
  REQUIRE(g.handlers.calls.size() == 3);
  auto topics = g.status().topics;
  REQUIRE(topics.size() == 1);
  CHECK(topics[0].topic == "t");
  CHECK(sum(topics[0].handler_seconds) == 3);
}

TEST_CASE("commits are counted by their result, and measured") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  REQUIRE(g.coordinator.commits.size() == 1);
  auto x = g.status();
  CHECK(x.commits_confirmed == 1);
  CHECK(x.commits_failed == 0);
  CHECK(sum(x.commit_seconds) == 1);
}

TEST_CASE("the status says whether brokers are there, and since when the last "
          "rebalance is over") {
  scripted_group g;
  g.start_manager();
  CHECK(g.status().rebalances == 0);
  CHECK(g.status().rebalance_ms == -1);
  g.assign({});
  g.settle();
  CHECK(g.status().rebalances == 1);
  g.advance(2s);
  CHECK(g.status().rebalance_ms == 2'000);
  CHECK(g.status().connected);
  g.send_to_manager(
    actors::client_failure{{errc::broker_unavailable, "all are down"}});
  g.settle();
  CHECK_FALSE(g.status().connected);
  g.send_to_manager(actors::client_recovered{});
  g.settle();
  CHECK(g.status().connected);
}

TEST_CASE("the status says how long a partition has got nowhere") {
  scripted_group g;
  g.append(0, 1);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0});
  g.advance(3s);
  CHECK(g.status(0).since_progress_ms == 3'000);
  g.ack(0, 0);
  g.settle();
  CHECK(g.status(0).since_progress_ms == 0);
}
