// The last commit of what is given back: what it holds, and when it is
// repeated.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;

const kafka::error rebalancing{errc::rebalance_in_progress, "not now", false,
                               true};

} // namespace

TEST_CASE("the last commit is for just what is given back") {
  scripted_group g;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0});
  g.settle();
  CHECK(g.last_commit() == positions{{0, 1}});
  CHECK(g.coordinator.done.size() == 1);
  g.advance(5s);
  CHECK(g.last_commit() == positions{{1, 1}});
}

TEST_CASE("timer commits wait until what is revoked is given back") {
  scripted_group g;
  g.append(0, 1);
  g.append(1, 1);
  g.handlers.answer = [](const message_batch& x) {
    return x.partition() == 0 ? handler_answer::no_ack()
                              : handler_answer::ack();
  };
  g.start_manager();
  g.assign({0, 1});
  g.advance(1s);
  g.revoke({0});
  g.advance(9999ms);
  CHECK(g.coordinator.commits.empty());
  g.advance(1ms);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last_commit() == positions{{1, 1}});
}

TEST_CASE("a commit in flight at a revoke is waited for") {
  auto failure = GENERATE(kafka::error{},
                          kafka::error{errc::timed_out, "late"});
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.advance(5s);
  g.append(0, 1);
  g.settle();
  g.revoke({0});
  g.advance(1s);
  CHECK(g.coordinator.commits.size() == 1);
  g.answer_commit(failure);
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{0, 2}});
  CHECK(g.coordinator.done.empty());
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a last commit without an answer is given up after its limit") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0, 1}); // of 1 there is nothing to commit
  g.settle();
  g.revoke({0, 1});
  g.advance(4999ms);
  CHECK(g.coordinator.done.empty());
  g.advance(1ms);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.count(event_kind::commit_failed) == 1);
  CHECK(g.last(event_kind::commit_failed).code == errc::timed_out);
  CHECK(g.status().partitions.empty());
  g.answer_commit(); // too late, and void
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a last commit that is refused for now is sent again") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.append(1, 2);
  g.append(2, 3);
  g.start_manager();
  g.assign({0, 1, 2, 3});
  g.settle();
  g.revoke({0, 1, 2, 3});
  g.settle();
  auto answer = answer_to(g.coordinator.commits.back());
  answer.entries[1].failure = rebalancing;
  answer.entries[2].failure = {errc::stale_membership, "who are you"};
  g.send_to_manager(answer);
  g.advance(249ms);
  CHECK(g.coordinator.commits.size() == 1);
  g.advance(1ms);
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{1, 2}}); // just what may yet succeed
  g.advance(1s);
  CHECK(g.coordinator.commits.size() == 2); // one in flight
  CHECK(g.coordinator.done.empty());
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(g.count(event_kind::committed) == 2);
  CHECK(g.count(event_kind::commit_failed) == 2);
  CHECK(g.last(event_kind::revoked).tp == tp(3));
}

TEST_CASE("a last commit that stays refused is given up after its limit") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0, 1}); // of 1 there is nothing to commit
  g.settle();
  g.revoke({0, 1});
  g.settle();
  for (int i = 0; i < 19; ++i) {
    CHECK(g.coordinator.done.empty());
    g.answer_commit(rebalancing);
    g.advance(250ms);
  }
  CHECK(g.coordinator.commits.size() == 20);
  g.answer_commit(rebalancing);
  g.advance(249ms);
  CHECK(g.coordinator.done.empty());
  g.advance(1s);
  CHECK(g.coordinator.commits.size() == 20);
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.count(event_kind::commit_failed) == 21);
  CHECK(g.last(event_kind::commit_failed).code == errc::timed_out);
}

TEST_CASE("a revocation that overtakes a refused last commit repeats it with "
          "its own") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0});
  g.settle();
  g.answer_commit(rebalancing);
  g.advance(100ms);
  g.revoke({0, 1});
  g.settle();
  REQUIRE(g.coordinator.commits.size() == 2);
  CHECK(g.last_commit() == positions{{0, 1}, {1, 1}});
  g.advance(1s); // the older repetition is void
  CHECK(g.coordinator.commits.size() == 2);
  g.answer_commit(rebalancing);
  g.advance(249ms);
  CHECK(g.coordinator.commits.size() == 2);
  g.advance(1ms);
  CHECK(g.coordinator.commits.size() == 3);
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("a loss while a refused last commit waits is not committed") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.append(1, 1);
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  g.revoke({0, 1});
  g.settle();
  g.answer_commit(rebalancing);
  g.settle();
  g.lose({0});
  g.advance(250ms);
  CHECK(g.last_commit() == positions{{1, 1}});
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done == std::vector{g.rebalance});
}

TEST_CASE("the last commit of a stop that is refused for now is sent again") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.stop();
  g.settle();
  g.answer_commit(rebalancing);
  g.advance(250ms);
  CHECK(g.last_commit() == positions{{0, 1}});
  CHECK(g.coordinator.closes == 0);
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.closes == 1);
  CHECK(g.last(event_kind::committed).offset == 1);
}

TEST_CASE("a last commit that fails is an event and the partition goes") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.revoke({0});
  g.settle();
  g.answer_commit({errc::stale_membership, "who are you"});
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last(event_kind::commit_failed).code == errc::stale_membership);
}
