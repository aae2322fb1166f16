// What settings do that no other test of actors shows.

#include "support/scripted_group.hpp"

#include <future>
#include <thread>

using namespace cafka;
using namespace cafka::test;

TEST_CASE("a handler is built with the arguments of the configuration") {
  scripted_group g;
  caf::put(g.config.handler_init_args, "path", std::string{"x"});
  std::string seen;
  g.handlers.on_build = [&](const handler_context& x) {
    seen = caf::get_or(x.init_args, "path", std::string{});
  };
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  CHECK(seen == "x");
}

TEST_CASE("restarts of a partition count for restart-window") {
  scripted_group g;
  g.config.restart_max = 1;
  g.config.restart_window = 1min;
  g.handlers.on_build = [](const handler_context&) {
    throw std::runtime_error{"now"};
  };
  g.start_manager();
  g.assign({0});
  g.jobs_wait = true;
  auto fail = [&] {
    g.jobs_wait = false;
    g.settle();
    g.jobs_wait = true;
  };
  fail();
  g.advance(1min); // the first failure is out of the window when it fails again
  fail();
  CHECK(g.count(event_kind::worker_failed) == 2);
  CHECK(g.count(event_kind::worker_exhausted) == 0);
  g.advance(30s);
  fail();
  CHECK(g.count(event_kind::worker_exhausted) == 1);
}

TEST_CASE("handlers run on at most handler-threads threads of their own") {
  actor_fixture actors;
  group_config config;
  config.handler_threads = 2;
  std::promise<void> opened;
  auto door = opened.get_future().share();
  std::promise<std::size_t> busy;
  std::promise<std::thread::id> first;
  auto registry = make_partition_registry(actors.system(), config);
  registry->on_threads_exhausted([&](std::size_t n) { busy.set_value(n); });
  registry->strands().post(tp(0), [&first, door] {
    first.set_value(std::this_thread::get_id());
    door.wait();
  });
  registry->strands().post(tp(1), [door] { door.wait(); });
  registry->strands().post(tp(2), [door] { door.wait(); });
  auto exhausted = busy.get_future();
  REQUIRE(exhausted.wait_for(30s) == std::future_status::ready);
  CHECK(exhausted.get() == 2);
  CHECK(first.get_future().get() != std::this_thread::get_id());
  opened.set_value();
}

TEST_CASE("with no handler threads handlers run on the scheduler") {
  actor_fixture actors; // whose scheduler is this thread, when asked
  group_config config;
  config.handler_threads = 0;
  auto registry = make_partition_registry(actors.system(), config);
  std::optional<std::thread::id> ran_on;
  registry->strands().post(tp(0), [&] { ran_on = std::this_thread::get_id(); });
  CHECK_FALSE(ran_on);
  actors.run();
  CHECK(ran_on == std::this_thread::get_id());
}
