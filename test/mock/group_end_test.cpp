#include "support/group_fixture.hpp"

#include <cafka/run_until_signal.hpp>

#include <future>
#include <thread>

using namespace cafka;
using namespace cafka::test;

namespace {

group_actor spawn_in(group_fixture& f) {
  auto options = f.options();
  options.handler = make_handler([](auto&) { return handler_answer::ack(); });
  auto result = spawn(*f.system, options);
  REQUIRE(result);
  return *result;
}

} // namespace

TEST_CASE("stop returns when the group has ended, without an error where all "
          "was in order") {
  group_fixture f;
  auto group = spawn_in(f);
  CHECK(!stop(*f.system, group));
  CHECK(!find(*f.system, "g"));
  CHECK(!stop(*f.system, group)); // again: it has ended already
}

TEST_CASE("await_end tells why a group ended by itself") {
  group_fixture f;
  f.cluster.inject(9, {30}); // OffsetFetch: GROUP_AUTHORIZATION_FAILED
  auto group = spawn_in(f);
  CHECK(code_of(await_end(*f.system, group)) == errc::authorization);
}

TEST_CASE("a group that is owned stops when its owner goes") {
  group_fixture f;
  f.produce(0, 3);
  auto options = f.options();
  options.handler = f.noting([](auto&) { return handler_answer::ack(); });
  auto group = spawn(*f.system, options);
  REQUIRE(group);
  {
    running_group owner{*f.system, *group};
    auto moved = std::move(owner);
    CHECK(moved.handle() == *group);
    REQUIRE(f.await_delivered(3));
  }
  CHECK(f.count(event_kind::revoked) == 1);
  CHECK(f.committed_at_broker(1) == std::map<partition_t, offset_t>{{0, 3}});
  CHECK_FALSE(find(*f.system, "g"));
}

TEST_CASE("run_until_signal returns when a group has ended, stops the others, "
          "and its code says how") {
  group_fixture f;
  auto first = spawn_in(f);
  auto other = f.options();
  other.config.name = "other";
  other.config.group = "others";
  other.handler = make_handler([](auto&) { return handler_answer::ack(); });
  auto second = spawn(*f.system, other);
  REQUIRE(second);
  SECTION("stopped in order") {
    send(first, stop_group{});
    CHECK(run_until_signal(*f.system, {first, *second}) == 0);
  }
  SECTION("given up") {
    f.cluster.inject(9, {30, 30}); // OffsetFetch: GROUP_AUTHORIZATION_FAILED
    CHECK(run_until_signal(*f.system, {first, *second}) == 4);
  }
  CHECK_FALSE(find(*f.system, "g"));
  CHECK_FALSE(find(*f.system, "other"));
}

TEST_CASE("threads that spawned, asked or stopped a group may outlive its "
          "system") {
  group_fixture f;
  std::promise<void> is_done;
  std::promise<void> may_end;
  std::future_status ended_for{};
  std::thread guest{[&] {
    auto group = spawn_in(f);
    CHECK(status(group));
    CHECK(!stop(*f.system, group));
    is_done.set_value();
    ended_for = may_end.get_future().wait_for(std::chrono::seconds{30});
  }};
  is_done.get_future().wait();
  f.system.reset(); // on the thread that made it
  may_end.set_value();
  guest.join();
  CHECK(ended_for == std::future_status::ready);
}
