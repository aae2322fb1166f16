// Names of groups, and what is refused before anything starts.

#include "api/directory.hpp"

#include "support/scripted_group.hpp"

#include <caf/send.hpp>

using namespace cafka;
using namespace cafka::test;

namespace {

group_options options(std::string name = "orders") {
  group_options x;
  x.config.name = std::move(name);
  x.config.endpoints = {"127.0.0.1:1"};
  x.config.group = "g";
  x.config.topics = {"t"};
  x.handler
    = make_handler([](const message_batch&) { return handler_answer::ack(); });
  x.log = [](const log_record&) {};
  return x;
}

/// Ends all groups of a system before a coordinator had its turn to open a
/// client, whose threads virtual time does not stand.
void end(actor_fixture& actors, const std::vector<group_actor>& all) {
  for (auto& x : all) {
    caf::anon_send_exit(x, caf::exit_reason::kill);
    actors.run_first(x);
  }
  actors.run();
}

} // namespace

TEST_CASE("a running group is found by its name until it has ended") {
  actor_fixture actors;
  CHECK_FALSE(find(actors.system(), "orders"));
  auto x = spawn(actors.system(), options());
  REQUIRE(x);
  CHECK(find(actors.system(), "orders") == *x);
  CHECK_FALSE(find(actors.system(), "order"));
  end(actors, {*x});
  CHECK_FALSE(find(actors.system(), "orders"));
}

TEST_CASE("a name is taken once at a time") {
  actor_fixture actors;
  auto x = spawn(actors.system(), options());
  auto second = spawn(actors.system(), options());
  REQUIRE_FALSE(second);
  CHECK(code_of(second.error()) == errc::name_taken);
  CHECK(text_of(second.error()).find("orders") != std::string::npos);
  auto other = spawn(actors.system(), options("billing"));
  REQUIRE(other);
  CHECK(find(actors.system(), "billing") == *other);
  end(actors, {*x, *other});
  auto again = spawn(actors.system(), options());
  REQUIRE(again);
  CHECK(find(actors.system(), "orders") == *again);
  end(actors, {*again});
}

TEST_CASE("names of two actor systems are apart") {
  actor_fixture one;
  actor_fixture other;
  auto x = spawn(one.system(), options());
  CHECK_FALSE(find(other.system(), "orders"));
  end(one, {*x});
}

TEST_CASE("a reserved name is not found before its group is there") {
  actor_fixture actors;
  auto entry = directory::reserve(actors.system(), "orders");
  REQUIRE(entry);
  CHECK_FALSE(directory::reserve(actors.system(), "orders"));
  CHECK_FALSE(find(actors.system(), "orders"));
  entry->remove();
  entry->set({}); // it ended before it was told
  CHECK_FALSE(find(actors.system(), "orders"));
  auto next = directory::reserve(actors.system(), "orders");
  CHECK(next);
  next->remove();
}

TEST_CASE(
  "nothing starts with a wrong configuration, and all is told at once") {
  actor_fixture actors;
  auto wrong = options();
  wrong.config.group.clear();
  wrong.config.topics.clear();
  auto x = spawn(actors.system(), wrong);
  REQUIRE_FALSE(x);
  CHECK(code_of(x.error()) == errc::invalid_config);
  CHECK(text_of(x.error()).find("group") != std::string::npos);
  CHECK(text_of(x.error()).find("topics") != std::string::npos);
  CHECK_FALSE(find(actors.system(), "orders"));
}

TEST_CASE("a group without a handler does not start") {
  actor_fixture actors;
  auto wrong = options();
  wrong.handler = nullptr;
  auto x = spawn(actors.system(), wrong);
  REQUIRE_FALSE(x);
  CHECK(code_of(x.error()) == errc::invalid_config);
  CHECK(text_of(x.error()).find("handler") != std::string::npos);
}

TEST_CASE("topics of an embedded cluster are refused without one, and with a "
          "number of partitions that none has") {
  actor_fixture actors;
  auto wrong = options();
  wrong.embedded_topics = {{"t", 2}};
  auto x = spawn(actors.system(), wrong);
  REQUIRE_FALSE(x);
  CHECK(code_of(x.error()) == errc::invalid_config);
  CHECK(text_of(x.error())
        == "embedded_topics.t = 2: only where embedded = true");
  wrong.config.embedded = true;
  wrong.embedded_topics = {{"t", 0}, {"u", 1'001}};
  x = spawn(actors.system(), wrong);
  REQUIRE_FALSE(x);
  CHECK(text_of(x.error())
        == "embedded_topics.t = 0: 1 to 1000; "
           "embedded_topics.u = 1001: 1 to 1000");
}

TEST_CASE("a child specification starts a linked group") {
  actor_fixture actors;
  auto spec = make_child_spec(options());
  CHECK(spec.id == "orders");
  std::optional<group_actor> group;
  bool parent_ended = false;
  auto parent = actors.system().spawn([&](caf::event_based_actor* self) {
    self->attach_functor([&] { parent_ended = true; });
    if (auto x = spec.start(self))
      group = *x;
    return caf::behavior{[](const stop_group&) {}};
  });
  actors.run_first(parent);
  REQUIRE(group);
  CHECK(find(actors.system(), "orders") == *group);
  end(actors, {*group});
  CHECK(parent_ended);
}
