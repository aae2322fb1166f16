// Whether the manager's neighbours take messages.

#include "support/scripted_group.hpp"

using namespace cafka;
using namespace cafka::test;

TEST_CASE("control actors that answer are not silent") {
  scripted_group g;
  g.config.on_failure.then = {failure_step::dead_letter};
  g.append(0, 1);
  g.start_manager();
  g.assign({0});
  g.settle();
  REQUIRE(g.producers == 1); // it was asked for the topics
  g.advance(5min);
  CHECK(g.status().silent_ms == 0);
  CHECK(g.status().silent_actor.empty());
}

TEST_CASE(
  "a coordinator that answers no ping is named, with how long, until it "
  "does") {
  scripted_group g;
  g.start_manager();
  g.assign({});
  g.advance(10s);
  g.coordinator.answers_pings = false;
  g.advance(31s);
  CHECK(g.status().silent_actor == "group_coordinator");
  CHECK(g.status().silent_ms >= 30'000);
  CHECK(g.status().silent_ms <= 32'000);
  g.send_to_manager(actors::pong{actors::pong::actor::coordinator});
  g.settle();
  CHECK(g.status().silent_ms == 0);
  CHECK(g.status().silent_actor.empty());
}
