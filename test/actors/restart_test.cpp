// A worker ends: backoff, successors, retained records, handlers that fail
// around their calls.

#include "support/scripted_group.hpp"

#include <algorithm>

using namespace cafka;
using namespace cafka::test;

namespace {

handler_answer failed(const message_batch&) {
  return handler_answer::failed("no");
}

using lines = std::vector<std::string>;

} // namespace

// -- retained records ---------------------------------------------------------

TEST_CASE("a successor gets the retained records first and in order") {
  scripted_group g;
  g.config.batch_size = 2;
  g.handlers.answer = no_ack;
  g.append(0, 4);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.ack_individual(0, {1});
  g.settle();
  auto drains = g.log(0).drains;
  g.append(0, 1);
  g.jobs_wait = true;
  g.kill_worker(0);
  g.settle();
  g.jobs_wait = false;
  g.handlers.calls.clear();
  g.advance(100ms);
  REQUIRE(g.handlers.calls.size() == 3);
  CHECK(g.handlers.calls[0].offsets == offsets{0});
  CHECK(g.handlers.calls[0].delivery_count == 2);
  CHECK(g.handlers.calls[1].offsets == offsets{2, 3});
  CHECK(g.handlers.calls[1].delivery_count == 2);
  CHECK(g.handlers.calls[2].offsets == offsets{4});
  CHECK(g.handlers.calls[2].delivery_count == 1);
  CHECK(g.log(0).given == 5); // the source was not asked again for any
  CHECK(g.log(0).drains > drains);
  CHECK(g.coordinator.seeks.empty());
  CHECK(g.last(event_kind::worker_restarted).count == 1);
  CHECK(g.last(event_kind::worker_restarted).offset == 0);
}

TEST_CASE("what was acked does not come again after a restart") {
  scripted_group g;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.append(0, 1);
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3});
  CHECK(g.last(event_kind::worker_failed).code == errc::worker_killed);
  CHECK(g.status(0).restarts == 1);
}

TEST_CASE("an ack that comes after its worker is gone counts") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.settle();
  CHECK(g.status(0).state == partition_state::backoff);
  CHECK(g.ask_ack(0, {0}).watermark == 1);
  CHECK(g.ask_ack(0, {2}, false).result == ack_result::accepted);
  g.handlers.calls.clear();
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{1}); // all else is acked
}

TEST_CASE("an answer counts for a redelivered batch like for a new one") {
  scripted_group g;
  g.config.batch_size = 2;
  g.handlers.answer = no_ack;
  g.append(0, 6);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.handlers.answer = [](const message_batch& x) {
    return x.first_offset() == 2 ? handler_answer::ack_through(2)
                                 : handler_answer::no_ack();
  };
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 3, 4, 5});
  CHECK(g.status(0).watermark == 3);
  CHECK(g.status(0).window_records == 3);
}

TEST_CASE("the delivery count rises with every call that was begun") {
  scripted_group g;
  g.config.restart_backoff_max = 100ms;
  g.handlers.answer = failed;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.advance(1s);
  REQUIRE(g.handlers.calls.size() > 3);
  for (std::size_t i = 0; i < g.handlers.calls.size(); ++i)
    CHECK(g.handlers.calls[i].delivery_count == i + 1);
}

TEST_CASE("a call that never began raises no delivery count") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.handlers.calls.size() == 1);
  g.jobs_wait = true;
  g.append(0, 1);
  g.settle(); // the call waits for a thread
  g.kill_worker(0);
  g.settle();
  g.jobs_wait = false;
  g.advance(100ms);
  REQUIRE(g.handlers.calls.size() == 2);
  CHECK(g.handlers.calls[1].offsets == offsets{1});
  CHECK(g.handlers.calls[1].delivery_count == 1);
}

// -- one call at a time -------------------------------------------------------

TEST_CASE("a successor is built after the old call returned and was closed") {
  scripted_group g;
  g.append(0, 2);
  g.start_manager();
  g.handlers.during_call = [&] {
    g.kill_worker(0);
    g.advance(10s);
    CHECK(g.status(0).state == partition_state::starting);
    CHECK(g.handlers.log == lines{"built 0", "called 0"});
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 failed",
                 "destroyed 0", "built 0", "called 0", "returned 0"});
  // The old call's answer came from a worker that is gone.
  CHECK(g.handlers.offsets() == offsets{0, 1, 0, 1});
  CHECK(g.handlers.calls[1].delivery_count == 2);
}

TEST_CASE("many successors may die while the old call blocks") {
  scripted_group g;
  g.append(0, 1);
  g.start_manager();
  g.handlers.during_call = [&] {
    for (int i = 0; i < 3; ++i) {
      g.kill_worker(0);
      g.advance(1s);
    }
    CHECK(g.handlers.log == lines{"built 0", "called 0"});
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 failed",
                 "destroyed 0", "built 0", "called 0", "returned 0"});
}

TEST_CASE("the successor of a failed call does not wait for its worker's end") {
  scripted_group g;
  g.config.restart_backoff_min = g.config.restart_backoff_max = 0ms;
  g.start_manager();
  g.assign({0});
  g.settle();
  g.handlers.answer = failed;
  g.append(0, 1);
  g.jobs_wait = true;
  manual_executor::run_one(g.jobs);
  g.handlers.answer = nullptr;
  REQUIRE(g.handlers.calls.size() == 1);
  auto run_manager = [&] {
    for (int i = 0; i < 3; ++i) // at most so many messages wait
      g.actors.run_first(*g.coordinator.manager);
  };
  run_manager();
  manual_executor::run_one(g.jobs);
  CHECK(g.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 failed",
                 "destroyed 0", "built 0", "called 0", "returned 0"});
  run_manager();
  g.actors.run_first(g.worker(0)); // reads on, and then the former one ends
  g.settle();
  g.jobs_wait = false;
  g.settle();
  g.append(0, 1);
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 0, 1});
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("what is acked while the successor is built does not come again") {
  scripted_group g;
  g.handlers.answer = no_ack;
  g.append(0, 3);
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.handlers.on_build = [&](const handler_context&) {
    CHECK(g.ask_ack(0, {0}).watermark == 1);
    CHECK(g.ask_ack(0, {2}, false).result == ack_result::accepted);
  };
  g.handlers.calls.clear();
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{1});
}

// -- handlers that fail around their calls ------------------------------------

TEST_CASE("a handler that cannot be built fails its worker") {
  auto how = GENERATE(0, 1, 2);
  scripted_group g;
  g.append(0, 1);
  g.handlers.build_none = how == 0;
  g.handlers.on_build = [how](const handler_context&) {
    if (how == 1)
      throw std::runtime_error{"no memory"};
    if (how == 2)
      throw 7;
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  auto& x = g.last(event_kind::worker_failed);
  CHECK(x.code == errc::handler_not_built);
  if (how == 0)
    CHECK(x.text == "the handler's factory returned none");
  if (how == 1)
    CHECK(x.text == "no memory");
  g.handlers.build_none = false;
  g.handlers.on_build = nullptr;
  g.advance(100ms);
  CHECK(g.handlers.offsets() == offsets{0});
  CHECK(g.log(0).given == 1);
  CHECK(g.coordinator.seeks.empty());
}

TEST_CASE("a constructor that blocks is slow and delays no other partition") {
  scripted_group g;
  g.config.handler_timeout = 5s;
  g.append(1, 1);
  g.handlers.on_build = [&, first = true](const handler_context&) mutable {
    if (!std::exchange(first, false))
      return;
    g.advance(6s);
    CHECK(g.handlers.offsets(1) == offsets{0});
    CHECK(g.status(0).state == partition_state::starting);
    CHECK_FALSE(g.status(0).healthy);
    CHECK(g.count(event_kind::handler_slow) == 1);
  };
  g.start_manager();
  g.assign({0, 1});
  g.settle();
  CHECK(g.status(0).state == partition_state::running);
  CHECK(g.status(0).healthy);
}

TEST_CASE("an on_close that throws is an event and nothing else") {
  auto how = GENERATE("killed", "failed", "revoked");
  scripted_group g;
  g.config.restart_backoff_min = g.config.restart_backoff_max = 0ms;
  g.config.restart_max = 0; // a killed worker has no successor
  g.handlers.on_close = [](close_reason) {
    throw std::runtime_error{"cannot close"};
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  g.handlers.answer = [fails = true](auto& x) mutable {
    return std::exchange(fails, false) ? failed(x) : handler_answer::ack();
  };
  if (how == std::string{"killed"})
    g.kill_worker(0);
  else if (how == std::string{"failed"})
    g.append(0, 1);
  else
    g.revoke({0});
  g.settle();
  CHECK(g.count(event_kind::handler_not_closed) == 1);
  auto& x = g.last(event_kind::handler_not_closed);
  CHECK(x.tp == tp(0));
  CHECK(x.text == "cannot close");
  CHECK(std::ranges::count(g.handlers.log, "destroyed 0") == 1);
}

TEST_CASE("an on_close that blocks keeps the successor waiting") {
  scripted_group g;
  g.append(0, 1);
  g.handlers.on_close = [&](close_reason) {
    g.handlers.on_close = nullptr;
    g.advance(1s);
    CHECK(g.handlers.log.back() == "closed 0 failed");
  };
  g.start_manager();
  g.assign({0});
  g.settle();
  g.kill_worker(0);
  g.advance(1s);
  CHECK(g.handlers.log.back() == "built 0");
}

// -- backoff ------------------------------------------------------------------

TEST_CASE("the first restart of a quiet partition waits exactly the minimum") {
  scripted_group g;
  g.start_manager();
  g.assign({0});
  g.settle();
  for (int i = 0; i < 2; ++i) {
    g.kill_worker(0);
    g.advance(99ms);
    CHECK(g.status(0).state == partition_state::backoff);
    g.advance(1ms);
    CHECK(g.status(0).state == partition_state::running);
    g.advance(10min); // what is older than the window is forgotten
  }
}

TEST_CASE("the backoff doubles with every failure up to the maximum") {
  scripted_group g;
  g.config.restart_backoff_max = 800ms;
  g.handlers.answer = failed;
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  std::vector<std::chrono::milliseconds> waits;
  for (auto now = 0ms, last = 0ms; waits.size() < 6; ++now, g.advance(1ms))
    if (g.handlers.calls.size() == waits.size() + 2) {
      waits.push_back(now - last);
      last = now;
    }
  auto full = 100ms;
  CHECK(waits[0] == full);
  for (std::size_t i = 1; i < waits.size(); ++i) {
    full = std::min(2 * full, 800ms);
    CHECK(waits[i] >= full / 2); // what jitter leaves
    CHECK(waits[i] <= full);
  }
}

TEST_CASE("the backoff is per partition") {
  scripted_group g;
  g.append(0, 1);
  g.handlers.answer = failed;
  g.start_manager();
  g.assign({0});
  g.advance(3s);
  g.assign({1});
  g.settle();
  g.kill_worker(1);
  g.advance(100ms);
  CHECK(g.status(1).state == partition_state::running);
}
