// One-for-all, restart intensity, causes that a restart cannot mend, and what
// outlives the incarnations of a group.

#include "api/handler_events.hpp"
#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

namespace {

using lines = std::vector<std::string>;

caf::error broken() {
  return make_error(errc::client_fatal, "broken");
}

} // namespace

// -- one-for-all --------------------------------------------------------------

TEST_CASE("one child ends and both start anew after a backoff") {
  auto is_manager = GENERATE(false, true);
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  auto manager = caf::actor_cast<caf::actor_addr>(*g.coordinator.manager);
  auto coordinator = caf::actor_cast<caf::actor_addr>(*g.coordinator.self);
  if (is_manager)
    g.kill_manager();
  else
    g.end_coordinator(broken());
  g.advance(999ms);
  CHECK(g.incarnations == 1);
  CHECK(g.handlers.log.back() == "destroyed 0"); // the workers ended, too
  CHECK(g.status().state == group_state::restarting);
  auto& restarted = g.last(event_kind::group_restarted);
  CHECK(restarted.count == 1);
  CHECK(restarted.code
        == (is_manager ? errc::manager_died : errc::client_fatal));
  g.advance(1ms);
  CHECK(g.incarnations == 2);
  CHECK(manager != caf::actor_cast<caf::actor_addr>(*g.coordinator.manager));
  CHECK(coordinator != caf::actor_cast<caf::actor_addr>(*g.coordinator.self));
  CHECK(g.status().state == group_state::running);
  CHECK(g.status().group_restarts == 1);
  CHECK_FALSE(g.ended());
}

TEST_CASE("no new incarnation starts before the old client is closed") {
  scripted_group g;
  g.coordinator.closes_clients = false;
  g.start_supervisor();
  auto closed = g.coordinator.closed;
  g.kill_manager();
  g.advance(1min);
  CHECK(g.incarnations == 1);
  CHECK(g.count(event_kind::group_restarted) == 0);
  closed();
  g.advance(1s);
  CHECK(g.incarnations == 2);
  closed(); // of an incarnation that is over
  g.kill_manager();
  g.advance(1min);
  CHECK(g.incarnations == 2);
}

TEST_CASE("the group goes on at its last commit") {
  scripted_group g;
  g.append(0, 3);
  g.start_supervisor();
  g.assign({0});
  g.advance(5s);
  g.append(0, 1);
  g.settle();
  auto before = g.gen(0);
  g.kill_manager();
  g.advance(1s);
  g.assign({0}, g.last_commit().at(0));
  g.settle();
  CHECK(g.handlers.offsets() == offsets{0, 1, 2, 3, 3});
  CHECK(g.gen(0) > before);
}

TEST_CASE("the backoff of the group doubles up to its maximum") {
  scripted_group g;
  g.config.supervisor_backoff_max = 3s;
  g.start_supervisor();
  std::vector<caf::timespan> full{1s, 2s, 3s, 3s};
  for (std::size_t i = 0; i < full.size(); ++i) {
    auto incarnations = g.incarnations;
    g.kill_manager();
    g.advance(full[i] / 2 - 1ms);
    CHECK(g.incarnations == incarnations);
    g.advance(full[i] / 2 + 1ms);
    CHECK(g.incarnations == incarnations + 1);
  }
}

TEST_CASE("more restarts than allowed make the supervisor give up") {
  scripted_group g;
  g.config.supervisor_restart_max = 2;
  g.start_supervisor();
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(g.ended());
    g.end_coordinator(broken());
    g.advance(3s);
  }
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == errc::restarts_exhausted);
  auto cause = std::string{"broken: more than supervisor-restart-max restarts "
                           "in supervisor-restart-window"};
  CHECK(text_of(*g.ended()) == cause);
  CHECK(g.last(event_kind::supervisor_gave_up).code == errc::client_fatal);
  CHECK(g.last(event_kind::supervisor_gave_up).text == cause);
  CHECK(g.incarnations == 3);
  CHECK(g.end_told);
}

TEST_CASE("restarts outside of the window are forgotten") {
  scripted_group g;
  g.config.supervisor_restart_max = 1;
  g.config.supervisor_restart_window = 1min;
  g.start_supervisor();
  for (int i = 0; i < 4; ++i) {
    g.end_coordinator(broken());
    g.advance(1min);
    CHECK(g.incarnations == i + 2);
  }
}

TEST_CASE("an error that a restart cannot mend is not restarted") {
  auto code = GENERATE(errc::authorization, errc::authentication,
                       errc::fenced_instance, errc::invalid_config);
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.end_coordinator(make_error(code, "because"));
  g.settle();
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == code);
  CHECK(text_of(*g.ended()) == "because");
  CHECK(g.last(event_kind::supervisor_gave_up).code == code);
  CHECK(g.count(event_kind::group_restarted) == 0);
  CHECK(g.handlers.log.back() == "destroyed 0");
  CHECK(g.end_told);
}

TEST_CASE("a partition that stops the group is the cause of its end") {
  scripted_group g;
  g.config.restart_max = 0;
  g.config.on_exhausted = exhaustion_policy::stop_group;
  g.handlers.on_build = [](const handler_context&) {
    throw std::runtime_error{"poison"};
  };
  g.start_supervisor();
  g.assign({0});
  g.advance(1min);
  REQUIRE(g.ended());
  CHECK(code_of(*g.ended()) == errc::partition_exhausted);
  CHECK(text_of(*g.ended()) == "t/0: poison");
  CHECK(g.incarnations == 1);
  CHECK(g.count(event_kind::group_restarted) == 0);
}

TEST_CASE("a supervisor that is killed takes its children with it") {
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.send_exit(caf::exit_reason::kill);
  g.settle();
  CHECK(g.ended());
  CHECK(g.end_told);
  CHECK(g.handlers.log.back() == "destroyed 0");
  CHECK_FALSE(g.source(0).has_reader());
  g.advance(1min);
  CHECK(g.incarnations == 1);
}

// -- across incarnations

TEST_CASE("a call that blocks through a group restart is not doubled") {
  auto is_manager = GENERATE(false, true);
  scripted_group g;
  g.append(0, 1);
  g.start_supervisor();
  g.handlers.during_call = [&] {
    if (is_manager)
      g.kill_manager();
    else
      g.end_coordinator();
    g.advance(2s);
    REQUIRE(g.incarnations == 2);
    g.assign({0});
    g.advance(1min);
    CHECK(g.handlers.log == lines{"built 0", "called 0"});
  };
  g.assign({0});
  g.settle();
  CHECK(g.handlers.log
        == lines{"built 0", "called 0", "returned 0", "closed 0 failed",
                 "destroyed 0", "built 0", "called 0", "returned 0"});
}

TEST_CASE("an ack from before a group restart is refused after it") {
  scripted_group g;
  g.append(0, 2);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.start_supervisor();
  g.assign({0});
  g.settle();
  auto before = g.gen(0);
  g.kill_manager();
  g.advance(1s);
  g.assign({0});
  g.settle();
  g.ack(0, before, 1);
  g.settle();
  CHECK(g.last(event_kind::ack_refused).text == "stale_generation");
  CHECK(g.status(0).watermark == 0);
  g.ack(0, 1); // the handle is the same
  g.settle();
  CHECK(g.status(0).watermark == 2);
}

TEST_CASE("between two incarnations acks are refused, counted and answered") {
  scripted_group g;
  g.start_supervisor();
  g.kill_manager();
  g.settle();
  for (int i = 0; i < 10; ++i)
    g.ack(0, {1}, 0);
  g.ack(1, {1}, 0);
  compat::post(g.front(), std::string{"t"}, partition_t{0}, generation{1},
               offset_t{3});
  g.settle();
  CHECK(g.count(event_kind::ack_refused) == 2);
  CHECK(g.last(event_kind::ack_refused).text == "not_held");
  auto reply = g.ask_ack(0, {0});
  CHECK(reply.result == ack_result::not_held);
  CHECK(reply.watermark == -1);
  CHECK(g.status().acks_refused == 13);
  CHECK(g.committed().partitions.empty());
  g.advance(1s);
  CHECK(g.last(event_kind::ack_refused).count == 11);
  CHECK(g.status().acks_refused == 13);
}

TEST_CASE("a request that loses its manager is answered by a value") {
  scripted_group g;
  g.start_supervisor();
  g.assign({0});
  g.settle();
  // The supervisor does not know yet that the manager is dead.
  g.kill_manager();
  g.actors.run_first(*g.coordinator.manager);
  CHECK(g.ask_ack(0, {0}).result == ack_result::not_held);
  CHECK(g.status().state == group_state::restarting);
  CHECK(g.committed().partitions.empty());
}

TEST_CASE("a supervisor passes every kind of ack and query on") {
  scripted_group g;
  g.append(0, 9);
  g.handlers.answer = [](const message_batch&) {
    return handler_answer::no_ack();
  };
  g.start_supervisor();
  g.assign({0});
  g.settle();
  g.ack(0, 0);
  g.ack_individual(0, {1});
  compat::post(g.front(), std::string{"t"}, partition_t{0}, g.gen(0),
               offset_t{2});
  compat::post(g.front(), std::string{"t"}, partition_t{0}, g.gen(0),
               offsets{3});
  g.settle();
  CHECK(g.status(0).watermark == 4);
  CHECK(g.ask_ack(0, {4}).watermark == 5);
  g.advance(5s);
  CHECK(g.committed().partitions.at(0).next == 5);
}

// -- events -------------------------------------------------------------------

TEST_CASE("subscribers hear every event once and through group restarts") {
  scripted_group g;
  g.start_supervisor();
  event_listener listener{g.actors};
  compat::post(g.front(), subscribe_events{listener.handle});
  compat::post(g.front(), subscribe_events{listener.handle});
  g.settle();
  g.assign({0});
  g.settle();
  g.kill_manager();
  g.advance(1s);
  g.assign({0});
  g.settle();
  REQUIRE(listener.heard->size() == g.events.size());
  for (std::size_t i = 0; i < g.events.size(); ++i) {
    CHECK((*listener.heard)[i].kind == g.events[i].kind);
    CHECK((*listener.heard)[i].group == "g");
  }
  CHECK(g.count(event_kind::assigned) == 2);
  CHECK(g.count(event_kind::group_restarted) == 1);
}

TEST_CASE("a subscriber that ended is dropped") {
  auto supervised = GENERATE(false, true);
  scripted_group g;
  if (supervised)
    g.start_supervisor();
  else
    g.start_manager();
  event_listener ends{g.actors};
  event_listener stays{g.actors};
  compat::post(g.front(), subscribe_events{ends.handle});
  compat::post(g.front(), subscribe_events{stays.handle});
  compat::post(g.front(), subscribe_events{}); // nobody
  g.settle();
  auto uses = ends.use_count();
  ends.end();
  g.settle();
  CHECK(ends.use_count() < uses); // nobody keeps its handle
  g.assign({0});
  g.settle();
  CHECK(stays.heard->size() == g.events.size());
  CHECK(ends.heard->empty());
}

TEST_CASE("that all handler threads are busy is an event") {
  scripted_group g;
  g.start_supervisor();
  g.threads_exhausted(64);
  g.settle();
  CHECK(g.last(event_kind::handler_threads_exhausted).count == 64);
  CHECK(g.last(event_kind::handler_threads_exhausted).group == "g");
  g.kill_manager();
  g.settle();
  g.threads_exhausted(64); // nobody hears it
  g.advance(1s);
  g.threads_exhausted(64);
  g.settle();
  CHECK(g.count(event_kind::handler_threads_exhausted) == 2);
}

TEST_CASE("what a handler tells is heard like the group's own events, in "
          "every incarnation") {
  scripted_group g;
  g.start_supervisor();
  event told;
  told.kind = event_kind::program_started;
  told.tp = tp(3);
  told.count = 42;
  publish(g.front(), told);
  g.settle();
  CHECK(g.last(event_kind::program_started).group == "g");
  CHECK(g.last(event_kind::program_started).tp == tp(3));
  CHECK(g.last(event_kind::program_started).count == 42);
  g.kill_manager();
  publish(g.front(), told);
  g.advance(1s);
  CHECK(g.count(event_kind::program_started) == 2);
}
