// Partitions are given back: drain, fence, last commit, or lost at once.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using positions = std::map<partition_t, offset_t>;
using lines = std::vector<std::string>;

/// Partition 0 with a call that runs `f`, and a quiet partition 1.
template <class F>
void run_in_call(scripted_group& g, F f) {
  g.append(0, 2);
  g.handlers.during_call = f;
  g.start_manager();
  g.assign({0, 1});
  g.settle();
}

} // namespace

// -- drain --------------------------------------------------------------------

TEST_CASE("a running call may finish at a revoke and its answer is committed") {
  scripted_group g;
  run_in_call(g, [&] {
    g.append(0, 5);
    g.revoke({0});
    g.advance(9s);
    CHECK(g.coordinator.done.empty());
    CHECK(g.coordinator.commits.empty());
    CHECK(g.status(0).state == partition_state::draining);
  });
  CHECK(g.handlers.offsets() == offsets{0, 1}); // no new call began
  CHECK(g.handlers.log.back() == "destroyed 0");
  CHECK(g.last_commit() == positions{{0, 2}});
  CHECK(g.coordinator.done == std::vector{g.rebalance});
  CHECK(g.last(event_kind::revoked).offset == 2);
  CHECK(g.count(event_kind::drain_expired) == 0);
  CHECK(g.status().partitions.size() == 1);
}

TEST_CASE("a handler sees that its partition is being revoked and until when") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.handlers.answer = [&](const message_batch& x) {
    CHECK_FALSE(x.revoked());
    auto until = g.actors.now() + 10s;
    g.revoke({0});
    g.actors.run();
    CHECK(x.revoked());
    CHECK(x.revoke_deadline() == until);
    return handler_answer::ack();
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log[3] == "closed 0 revoked");
}

TEST_CASE("a call that waits for its thread at a revoke does not begin") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.jobs_wait = true;
  g.append(0, 1);
  g.settle();
  g.revoke({0});
  g.settle();
  g.jobs_wait = false;
  g.settle();
  CHECK(g.handlers.log == lines{"built 0", "closed 0 revoked", "destroyed 0"});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("explicit acks count until the drain is over") {
  scripted_group g;
  g.append(0, 3);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0});
  g.settle();
  auto gen = g.gen(0);
  g.revoke({0});
  g.advance(5s);
  CHECK(g.handlers.log.back() == "destroyed 0");
  CHECK(g.coordinator.done.empty());
  g.ack(0, gen, 1);
  g.advance(1s);
  CHECK(g.coordinator.done.empty());
  g.ack(0, gen, 2);
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last_commit() == positions{{0, 3}});
  CHECK(g.count(event_kind::drain_expired) == 0);
}

TEST_CASE("acks from on_close count at a revoke") {
  scripted_group g;
  g.append(0, 3);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::ack_through(0);
  };
  g.handlers.on_close = [&](close_reason) { g.ack(0, 2); };
  g.start_manager();
  g.assign({0});
  g.settle();
  g.revoke({0});
  g.settle();
  CHECK(g.last_commit() == positions{{0, 3}});
}

TEST_CASE("when the drain is out of time the partition is fenced") {
  scripted_group g;
  auto acked_in_time = GENERATE(false, true);
  auto gen = generation{1};
  run_in_call(g, [&] {
    gen = g.gen(0);
    g.revoke({0});
    if (acked_in_time)
      g.ack(0, gen, 0);
    g.advance(9999ms);
    CHECK(g.coordinator.done.empty());
    g.advance(1ms);
    CHECK(g.last(event_kind::drain_expired).tp == tp(0));
    CHECK(g.coordinator.done.size() == 1);
    CHECK(g.registry->raise(tp(0)).value == gen.value + 2);
  });
  // The answer came too late.
  CHECK(g.last_commit() == (acked_in_time ? positions{{0, 1}} : positions{}));
  CHECK(g.handlers.log.back() == "destroyed 0");
  g.ack(0, gen, 1);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "not_held");
}

TEST_CASE("an ack between the fence and the last commit's answer is stale") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  g.append(0, 2);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack(0, 0);
  g.revoke({0});
  g.advance(10s);
  CHECK(g.last_commit() == positions{{0, 1}});
  CHECK(g.ask_ack(0, {1}).result == ack_result::stale_generation);
  CHECK(g.coordinator.done.empty());
  g.answer_commit();
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("a worker in backoff is simply removed") {
  scripted_group g;
  g.append(0, 1);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("no");
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.status(0).state == partition_state::backoff);
  g.revoke({0});
  g.settle();
  CHECK(g.coordinator.done.size() == 1);
  g.advance(1min);
  CHECK(g.worker_count() == 1);
}

TEST_CASE("a worker that fails while it drains is not restarted") {
  scripted_group g;
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::failed("no");
  };
  run_in_call(g, [&] {
    g.revoke({0});
    g.settle();
  });
  CHECK(g.coordinator.done.size() == 1);
  CHECK(g.last(event_kind::worker_failed).text == "no");
  g.advance(1min);
  CHECK(g.worker_count() == 2);
  CHECK(g.handlers.log.back() == "destroyed 0");
}

TEST_CASE("a constructor that blocks is waited for and then closed") {
  scripted_group g;
  g.handlers.on_build = [&, first = true](const handler_context&) mutable {
    if (!std::exchange(first, false))
      return;
    g.revoke({0});
    g.advance(1s);
    CHECK(g.coordinator.done.empty());
  };
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log == lines{"built 0", "closed 0 revoked", "destroyed 0"});
  CHECK(g.coordinator.done.size() == 1);
}

TEST_CASE("retained records are dropped with their generation") {
  scripted_group g;
  g.append(0, 2);
  g.handlers.answer = no_ack;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.revoke({0});
  g.advance(10s);
  g.assign({0}, 0);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1});
  CHECK(g.handlers.calls[1].delivery_count == 1);
  CHECK(g.log(0).given == 4);
}

TEST_CASE("no call of the next generation begins before the old one returned") {
  scripted_group g;
  run_in_call(g, [&] {
    g.revoke({0});
    g.advance(10s);
    g.assign({0}, 0);
    g.advance(1s);
    CHECK(g.handlers.log.size() == 3); // two built, one called
  });
  lines of_0;
  for (auto& x : g.handlers.log)
    if (x.find('0') != std::string::npos)
      of_0.push_back(x);
  CHECK(of_0
        == lines{"built 0", "called 0", "returned 0", "closed 0 revoked",
                 "destroyed 0", "built 0", "called 0", "returned 0"});
}

TEST_CASE("a worker that ends between the fence and the last commit's answer "
          "has no successor") {
  scripted_group g;
  g.coordinator.answers_commits = false;
  run_in_call(g, [&] {
    g.revoke({0});
    g.ack(0, 0);
    g.advance(10s);
    CHECK(g.last_commit() == positions{{0, 1}});
    g.advance(1s);
    CHECK(g.count(event_kind::worker_failed) == 0);
    CHECK(g.worker_count() == 2);
    g.answer_commit();
    g.settle();
    CHECK(g.coordinator.done.size() == 1);
  });
}
