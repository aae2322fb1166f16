#include "support/group_fixture.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A second member of the group, which makes the coordinator revoke.
class intruder {
public:
  explicit intruder(const group_fixture& f, const std::string& strategy)
    : client_(bell_, member_of(f.cluster, "g",
                               {{"partition.assignment.strategy", strategy}})) {
    client_.subscribe({"t"});
  }
  ~intruder() {
    kafka::consumer::close(client_.release(), 5s);
  }
  /// Awaits that the member is given something.
  bool owns_something() {
    return client_
      .await<kafka::assigned>(
        [](const auto& x) { return !x.partitions.empty(); })
      .has_value();
  }

private:
  bell bell_;
  client_driver client_;
};

struct revoke_case {
  assignment_strategy strategy;
  const char* name;
};

constexpr revoke_case cooperative{assignment_strategy::cooperative_sticky,
                                  "cooperative-sticky"};
constexpr revoke_case eager{assignment_strategy::range, "range"};

} // namespace

TEST_CASE("a revoke waits for the running call, whose answer counts") {
  group_fixture f{2};
  f.produce(0, 1);
  f.produce(1, 1);
  auto x = GENERATE(cooperative, eager);
  door blocked;
  auto options = f.options();
  options.config.assignment_strategy = x.strategy;
  options.handler = f.noting([&](const message_batch&) {
    blocked.pass();
    return handler_answer::ack();
  });
  f.start(options);
  REQUIRE(f.await_delivered(2));
  intruder other{f, x.name};
  REQUIRE(f.await_status([](const group_status& status) {
    return std::any_of(status.partitions.begin(), status.partitions.end(),
                       [](const partition_status& p) {
                         return p.state == partition_state::draining;
                       });
  }));
  CHECK(f.count(event_kind::revoked) == 0);
  blocked.open();
  CHECK(f.await_event(event_kind::revoked));
  CHECK(other.owns_something());
  CHECK(f.count(event_kind::drain_expired) == 0);
  // The answer is in the commit that leaves before the partition is given back.
  auto revoked = f.events(event_kind::revoked);
  CHECK(revoked.size() == (x.strategy == eager.strategy ? 2 : 1));
  for (auto& e : revoked) {
    CHECK(e.offset == 1);
    CHECK(f.await_events(1, [&](const event& c) {
      return c.kind == event_kind::commit_sent && c.tp == e.tp && c.offset == 1;
    }));
  }
  // What the member keeps is committed once the group is settled. Of an eager
  // member that gives all back, the mock cluster refuses the commit; Kafka
  // itself does not.
  if (x.strategy == cooperative.strategy) {
    CHECK(f.await_committed(0, 1));
    CHECK(f.await_committed(1, 1));
    CHECK(f.delivered().size() == 2); // handed over without redelivery
  }
  CHECK(f.count(event_kind::lost) == 0);
  f.stop();
}

TEST_CASE("a revoke with a blocked call gives the partition back after "
          "drain-timeout") {
  group_fixture f{2};
  f.produce(0, 1);
  f.produce(1, 1);
  door blocked;
  auto options = f.options();
  options.config.drain_timeout = 100ms;
  options.config.stop_timeout = 100ms;
  auto where = GENERATE(0, 1, 2);
  struct at_door : message_handler {
    at_door(door& d, int w) : blocked(d), where(w) {
      if (where == 0)
        blocked.pass();
    }
    handler_answer handle(const message_batch&) override {
      if (where == 1)
        blocked.pass();
      return handler_answer::ack();
    }
    void on_close(close_reason) override {
      if (where == 2)
        blocked.pass();
    }
    door& blocked;
    int where;
  };
  options.handler = [&, where](const handler_context&) {
    return std::make_unique<at_door>(blocked, where);
  };
  f.start(options);
  if (where == 2)
    REQUIRE(f.await_committed(0, 1));
  else
    REQUIRE(blocked.await_visitor());
  {
    intruder other{f, "cooperative-sticky"};
    CHECK(other.owns_something());
    CHECK(f.await_event(event_kind::drain_expired));
    CHECK(f.await_event(event_kind::revoked));
  }
  blocked.open();
  f.stop();
}
