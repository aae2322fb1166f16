// When commits are sent, what is in them, and what their answers do.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;

const kafka::error retriable{errc::timed_out, "try again", false, true};

} // namespace

TEST_CASE("acks are gathered for the commit interval") {
  scripted_group g;
  g.append(0, 3);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.advance(4999ms);
  CHECK(g.coordinator.commits.empty());
  g.advance(1ms);
  REQUIRE(g.coordinator.commits.size() == 1);
  CHECK(g.last_commit() == positions{{0, 3}, {1, 2}});
  CHECK(g.count(event_kind::commit_sent) == 2);
  CHECK(g.count(event_kind::committed) == 2);
  CHECK(g.status(0).committed == 3);
  g.advance(1min);
  CHECK(g.coordinator.commits.size() == 1); // nothing new
}

TEST_CASE("commit-count acks are committed at once") {
  scripted_group g;
  g.config.commit_count = 3;
  g.append(0, 2);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.coordinator.commits.empty());
  g.append(0, 1);
  g.settle();
  CHECK(g.last_commit() == positions{{0, 3}});
}

TEST_CASE("a commit holds only the partitions that moved") {
  scripted_group g;
  g.append(0, 3);
  g.append(1, 2);
  g.start_manager();
  g.assign({0, 1});
  g.advance(5s);
  g.append(1, 1);
  g.advance(5s);
  CHECK(g.last_commit() == positions{{1, 3}});
}

TEST_CASE("one commit is in flight and the next holds what came meanwhile") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  REQUIRE(g.coordinator.commits.size() == 1);
  g.append(0, 1);
  g.advance(1min);
  CHECK(g.coordinator.commits.size() == 1);
  CHECK(g.status(0).committed == 0);
  g.answer_commit();
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{0, 4}});
  CHECK(g.status(0).committed == 3);
  CHECK(g.coordinator.commits[1].id > g.coordinator.commits[0].id);
}

TEST_CASE(
  "after a failure the newest watermark is committed an interval later") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  g.append(0, 2);
  g.settle();
  g.answer_commit(retriable);
  g.settle();
  auto& failed = g.last(event_kind::commit_failed);
  CHECK(failed.code == errc::timed_out);
  CHECK(failed.offset == 3);
  CHECK(g.status(0).committed == 0);
  g.advance(4999ms);
  CHECK(g.coordinator.commits.size() == 1);
  g.advance(1ms);
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{0, 5}});
}

TEST_CASE("a commit that fails for one partition is repeated for that one") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.append(1, 3);
  g.start_manager();
  g.assign({0, 1});
  g.advance(5s);
  auto answer = answer_to(g.coordinator.commits.back());
  answer.entries[0].failure = retriable;
  g.send_to_manager(answer);
  g.advance(5s);
  CHECK(g.last_commit() == positions{{0, 3}});
}

TEST_CASE("nothing behind a gap is committed") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 5);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1, 2, 4});
  g.advance(1min);
  CHECK(g.coordinator.commits.empty());
  g.ack_individual(0, {0});
  g.advance(1min);
  CHECK(g.last_commit() == positions{{0, 3}});
}

TEST_CASE("commits never go backwards through acks and restarts") {
  scripted_group g;
  g.config.batch_size = 1;
  g.config.commit_interval = 10ms;
  g.handlers.answer = [&, n = 0](const message_batch&) mutable {
    switch (++n % 4) {
      case 0:
        return handler_answer::failed("now and then");
      case 1:
        return handler_answer::continue_without_ack();
      case 2:
        return handler_answer::ack();
      default:
        return handler_answer::no_ack();
    }
  };
  g.append(0, 20);
  g.start_manager();
  g.assign({0});
  offset_t highest = 0;
  for (int i = 0; i < 50; ++i) {
    g.ack_individual(0, {i % 20});
    g.advance(200ms);
  }
  REQUIRE(g.coordinator.commits.size() > 3);
  for (auto& x : g.coordinator.commits) {
    CHECK(x.entries[0].offset > highest);
    highest = x.entries[0].offset;
  }
}

TEST_CASE("an answer to another commit than the last one is dropped") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  auto answer = answer_to(g.coordinator.commits.back());
  --answer.id;
  auto committed = g.status(0).committed;
  auto told = g.count(event_kind::committed);
  g.send_to_manager(answer);
  g.settle();
  CHECK(g.status(0).committed == committed);
  CHECK(g.count(event_kind::committed) == told);
  g.append(0, 1);
  g.advance(10s);
  CHECK(g.coordinator.commits.size() == 1); // still in flight
  CHECK(g.status().stale_dropped == 1);
}

TEST_CASE("committed offsets are what was found or confirmed, per topic") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.start_manager();
  g.assign({0}, 1);
  g.assign_new({1}, kafka::offset_latest);
  g.settle();
  auto found = g.committed().partitions;
  REQUIRE(found.size() == 1);
  CHECK(found[0].partition == 0);
  CHECK(found[0].next == 1);
  CHECK(g.committed("other").partitions.empty());
  g.advance(5s);
  CHECK(g.committed().partitions[0].next == 1); // sent, not confirmed
  g.answer_commit();
  g.settle();
  CHECK(g.committed().partitions.size() == 2);
  CHECK(g.committed().partitions[1].next == 0);
}

TEST_CASE("a commit of an older generation confirms nothing of the new one") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  g.lose({0});
  g.assign({0}, 0);
  g.jobs_wait = true;
  g.settle();
  g.answer_commit();
  g.settle();
  CHECK(g.status(0).committed == 0);
}

TEST_CASE("an error of the client is an event") {
  scripted_group g;
  g.start_manager();
  g.send_to_manager(
    actors::client_failure{{errc::broker_unavailable, "all are down"}});
  g.settle();
  CHECK(g.last(event_kind::client_error).code == errc::broker_unavailable);
  CHECK(g.last(event_kind::client_error).text == "all are down");
}
