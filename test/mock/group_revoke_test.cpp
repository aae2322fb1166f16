#include "support/group_fixture.hpp"

#include <set>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A second member of the group, which makes the coordinator revoke. Its
/// session is as long as the group's: the mock cluster holds all to that of who
/// joined last, and whose session is over while it waits to be let in never
/// hears of it.
class intruder {
public:
  explicit intruder(group_fixture& f, const std::string& strategy)
    : client_(
      bell_, member_of(f.cluster, "g",
                       {{"partition.assignment.strategy", strategy},
                        {"session.timeout.ms",
                         f.options().config.kafka.at("session.timeout.ms")}})) {
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

bool is_draining(const group_status& status) {
  return std::any_of(status.partitions.begin(), status.partitions.end(),
                     [](const partition_status& p) {
                       return p.state == partition_state::draining;
                     });
}

/// Blocks at a door in its constructor, its call or its closing.
class blocking_handler : public message_handler {
public:
  enum class place { constructor, call, closing };
  blocking_handler(door& d, place p) : door_(d), place_(p) {
    pass(place::constructor);
  }
  handler_answer handle(const message_batch&) override {
    pass(place::call);
    return handler_answer::ack();
  }
  void on_close(close_reason) override {
    pass(place::closing);
  }

private:
  void pass(place here) {
    if (here == place_)
      door_.pass();
  }
  door& door_;
  place place_;
};

using place = blocking_handler::place;

/// A second member gets its share although a handler blocks, and the group says
/// that it did not wait for it.
void check_revoke_with_blocked(place where) {
  group_fixture f{2};
  f.produce(0, 1);
  f.produce(1, 1);
  door blocked;
  auto options = f.options();
  options.config.drain_timeout = 100ms;
  options.config.assignment_strategy = assignment_strategy::range;
  options.handler = [&, where](const handler_context&) {
    return std::make_unique<blocking_handler>(blocked, where);
  };
  f.start(options);
  if (where != place::closing)
    REQUIRE(blocked.await_visitor());
  // What is committed by now the mock cluster cannot refuse while members join,
  // which the group would wait for. Without a handler nothing is read yet.
  if (where != place::constructor)
    for (auto partition : {0, 1})
      REQUIRE(f.await_committed(partition, where == place::closing ? 1 : 0));
  {
    intruder other{f, "range"};
    CHECK(other.owns_something());
    CHECK(f.await_event(event_kind::drain_expired));
    CHECK(f.await_event(event_kind::revoked));
  }
  blocked.open();
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

/// A group of two partitions whose calls are at a door.
struct two_running_calls : group_fixture {
  explicit two_running_calls(assignment_strategy strategy) : group_fixture{2} {
    produce(0, 1);
    produce(1, 1);
    auto x = options();
    x.config.assignment_strategy = strategy;
    x.handler = noting([this](const message_batch&) {
      blocked.pass();
      return handler_answer::ack();
    });
    start(x);
  }
  /// So many partitions, once each, leave behind a commit of their answer. The
  /// mock cluster may rebalance again: what follows is not looked at.
  void check_revoked(std::size_t count) {
    REQUIRE(await_event(event_kind::revoked, count));
    auto revoked = events(event_kind::revoked);
    revoked.resize(count);
    std::set<topic_partition> partitions;
    for (auto& e : revoked) {
      partitions.insert(e.tp);
      CHECK(e.offset == 1);
      CHECK(await_events(1, [&](const event& c) {
        return c.kind == event_kind::commit_sent && c.tp == e.tp
               && c.offset == 1;
      }));
    }
    CHECK(partitions.size() == count);
  }
  door blocked;
};

} // namespace

TEST_CASE("a cooperative revoke waits for the running call and commits its "
          "answer") {
  two_running_calls f{assignment_strategy::cooperative_sticky};
  REQUIRE(f.await_delivered(2));
  intruder other{f, "cooperative-sticky"};
  REQUIRE(f.await_status(is_draining));
  CHECK(f.count(event_kind::revoked) == 0);
  f.blocked.open();
  f.check_revoked(1);
  // librdkafka 2.0's mock cluster may refuse the commit as long as the other
  // member has not heard of its share, and never answer the second join that
  // the protocol asks for now: the hand-over ends here.
  CHECK(f.count(event_kind::drain_expired) == 0);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("an eager revoke waits for the running calls, whose answers count") {
  two_running_calls f{assignment_strategy::range};
  REQUIRE(f.await_delivered(2));
  intruder other{f, "range"};
  REQUIRE(f.await_status(is_draining));
  CHECK(f.count(event_kind::revoked) == 0);
  f.blocked.open();
  // The mock cluster refuses the commit of who gives everything back, again and
  // again; Kafka itself does not.
  f.check_revoked(2);
  CHECK(f.count(event_kind::drain_expired) == 0);
  CHECK(f.count(event_kind::lost) == 0);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("a revoke with a blocked call gives the partition back after "
          "drain-timeout") {
  check_revoke_with_blocked(place::call);
}

TEST_CASE("a revoke with a blocked constructor gives the partition back after "
          "drain-timeout") {
  check_revoke_with_blocked(place::constructor);
}

TEST_CASE("a revoke with a blocked closing gives the partition back after "
          "drain-timeout") {
  check_revoke_with_blocked(place::closing);
}
