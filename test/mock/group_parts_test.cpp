#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// Counts the clients that are closed.
class closings {
public:
  std::function<void()> counter() {
    return [this] {
      ++count_;
      bell_.ring();
    };
  }
  bool await(int n) {
    return bell_.await([&] { return count_ >= n; });
  }

private:
  bell bell_;
  std::atomic<int> count_ = 0;
};

} // namespace

TEST_CASE("a manager with its coordinator runs under a supervisor of the "
          "user's") {
  group_fixture f;
  f.produce(0, 10);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  auto registry = make_partition_registry(*f.system, options.config);
  closings closed;
  auto parts = spawn_manager(*f.system, options, registry, closed.counter());
  REQUIRE(parts);
  REQUIRE(f.await_committed(0, 10));
  // One dies, the user ends the other, waits for the client and starts anew.
  caf::anon_send_exit(parts->coordinator, caf::exit_reason::kill);
  caf::anon_send_exit(parts->manager, caf::exit_reason::kill);
  REQUIRE(closed.await(1));
  parts = spawn_manager(*f.system, options, registry, closed.counter());
  REQUIRE(parts);
  f.produce(0, 5);
  CHECK(f.await_committed(0, 15));
  compat::post(parts->manager, stop_group{});
  CHECK(closed.await(2));
  CHECK(f.delivered(0) == up_to(15));
  auto assigned = f.events(event_kind::assigned);
  REQUIRE(assigned.size() == 2);
  CHECK(assigned[0].generation < assigned[1].generation);
}

TEST_CASE("a child specification starts a group that ends with its parent") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  auto spec = make_child_spec(options);
  CHECK(spec.id == "g");
  caf::scoped_actor self{*f.system};
  bell started;
  auto parent = f.system->spawn([&](caf::event_based_actor* me) {
    spec.start(me);
    started.ring();
    return caf::behavior{[](stop_group) {}};
  });
  REQUIRE(started.await([&] { return started.rings() > 0; }));
  auto group = find(*f.system, "g");
  REQUIRE(group);
  CHECK(code_of(spawn(*f.system, options).error()) == errc::name_taken);
  CAF_PUSH_DEPRECATED_WARNING
  self->monitor(*group);
  CAF_POP_WARNINGS
  self->send_exit(parent, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg& x) {
    CHECK(x.reason == caf::exit_reason::user_shutdown);
  });
  CHECK_FALSE(find(*f.system, "g"));
}

TEST_CASE("bad settings are refused all at once and nothing starts") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  options.config.endpoints = {"host", "host:0", "host:70000", "[::1]:9092"};
  options.config.topics = {};
  options.config.kafka["enable.auto.commit"] = "true";
  options.config.kafka["ssl.key.password"] = "hidden-one";
  auto result = spawn(*f.system, options);
  REQUIRE_FALSE(result);
  CHECK(code_of(result.error()) == errc::invalid_config);
  auto text = text_of(result.error());
  for (auto* part : {"\"host\"", "\"host:0\"", "\"host:70000\"", "topics",
                     "kafka.enable-auto-commit"})
    CHECK(text.find(part) != std::string::npos);
  CHECK(text.find("::1") == std::string::npos);
  CHECK(text.find("hidden-one") == std::string::npos);
  CHECK_FALSE(find(*f.system, "g"));
}
