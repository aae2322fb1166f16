// What settings mean to the brokers.

#include "support/group_fixture.hpp"
#include "support/wire_tap.hpp"

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// The first Fetch of a group with these settings.
seen_fetch fetch_of(const std::function<void(group_config&)>& change) {
  wire_tap tap;
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  change(options.config);
  f.start(options);
  auto result = tap.await_fetch();
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  REQUIRE(result);
  return *result;
}

seen_join join_of(const std::function<void(group_config&)>& change) {
  wire_tap tap;
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  change(options.config);
  f.start(options);
  auto result = tap.await_join();
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  REQUIRE(result);
  return *result;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("a fetch waits at the broker for sleep-timeout where min-bytes is "
          "0") {
  auto x = fetch_of([](group_config& c) {
    c.min_bytes = 0;
    c.sleep_timeout = 123ms;
    c.max_wait_time = 456ms;
    c.max_bytes = 54'321;
  });
  CHECK(x.max_wait_ms == 123);
  CHECK(x.min_bytes == 1);
  CHECK(x.partition_max_bytes == 54'321);
}

TEST_CASE("a fetch waits at the broker for min-bytes up to max-wait-time") {
  auto x = fetch_of([](group_config& c) {
    c.min_bytes = 789;
    c.sleep_timeout = 123ms;
    c.max_wait_time = 456ms;
  });
  CHECK(x.max_wait_ms == 456);
  CHECK(x.min_bytes == 789);
  CHECK(x.partition_max_bytes == 1'000'000);
}

TEST_CASE("a member joins with its group, assignor and librdkafka properties") {
  using entry = std::pair<assignment_strategy, std::string>;
  auto [strategy, name] = GENERATE(
    entry{assignment_strategy::cooperative_sticky, "cooperative-sticky"},
    entry{assignment_strategy::range, "range"},
    entry{assignment_strategy::roundrobin, "roundrobin"});
  auto x = join_of([chosen = strategy](group_config& c) {
    c.group = "readers";
    c.assignment_strategy = chosen;
    c.kafka["session.timeout.ms"] = "7654";
  });
  CHECK(x.group == "readers");
  CHECK(x.session_timeout_ms == 7654);
  CHECK(x.protocols == texts{name});
  CHECK_FALSE(x.group_instance_id);
}

TEST_CASE("group-instance-id makes a static member") {
  auto x = join_of([](group_config& c) { c.group_instance_id = "reader-1"; });
  CHECK(x.group_instance_id == "reader-1");
}

TEST_CASE("begin-offset says where a partition starts that never was "
          "committed") {
  using entry = std::pair<begin_offset, offset_t>;
  auto [begin, first] = GENERATE(entry{logical_offset::earliest, 0},
                                 entry{offset_t{3}, 3},
                                 entry{logical_offset::latest, 5});
  group_fixture f;
  f.produce(0, 5);
  auto options = f.options();
  options.config.begin_offset = begin;
  options.handler = f.noting(ack_all);
  f.start(options);
  REQUIRE(f.await_committed(0, first)); // the start itself
  f.produce(0, 2);
  CHECK(f.await_committed(0, 7));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
  CHECK(f.delivered(0) == up_to(7, first));
}

TEST_CASE("a partition that came while the group ran starts at earliest") {
  group_fixture small;
  group_fixture grown{2}; // the same topic, later
  grown.produce(0, 5);
  grown.produce(1, 5);
  auto options = grown.options();
  options.config.begin_offset = logical_offset::latest;
  options.config.endpoints = {small.cluster.endpoints()};
  options.handler = grown.noting(ack_all);
  auto registry = make_partition_registry(*grown.system, options.config);
  bell closed;
  auto run = [&](const group_options& x) {
    auto parts = spawn_manager(*grown.system, x, registry,
                               [&] { closed.ring(); });
    REQUIRE(parts);
    return *parts;
  };
  auto first = run(options);
  REQUIRE(grown.await_event(event_kind::assigned));
  compat::post(first.manager, stop_group{});
  REQUIRE(closed.await([&] { return closed.rings() == 1; }));

  options.config.endpoints = {grown.cluster.endpoints()};
  auto second = run(options);
  CHECK(grown.await_committed(0, 5)); // its end
  CHECK(grown.await_committed(1, 5)); // all that it held was acked
  compat::post(second.manager, stop_group{});
  REQUIRE(closed.await([&] { return closed.rings() == 2; }));
  CHECK(grown.delivered(0).empty());
  CHECK(grown.delivered(1) == up_to(5));
}

TEST_CASE("an embedded group brings its own cluster") {
  group_fixture f;
  auto options = f.options();
  options.config.endpoints = {};
  options.config.embedded = true;
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_event(event_kind::assigned,
                      kafka::mock_cluster::default_partitions));
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}

TEST_CASE("several groups run in one system") {
  group_fixture f;
  f.cluster.create_topic("u", 1);
  f.produce(0, 3);
  appender{f.cluster}.append({"u", 0}, 4);
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  options.config.name = "second";
  options.config.group = "second";
  options.config.topics = {"u"};
  auto second = spawn(*f.system, options);
  REQUIRE(second);
  CHECK(find(*f.system, "g") == f.group);
  CHECK(find(*f.system, "second") == *second);
  auto committed = [&](const std::string& group, offset_t offset) {
    return f.await_events(1, [&](const event& x) {
      return x.kind == event_kind::committed && x.group == group
             && x.offset == offset;
    });
  };
  CHECK(committed("g", 3));
  CHECK(committed("second", 4));
  caf::scoped_actor self{*f.system};
  CAF_PUSH_DEPRECATED_WARNING
  self->monitor(*second);
  CAF_POP_WARNINGS
  compat::post(*second, stop_group{});
  self->receive([](const caf::down_msg&) {});
  CHECK_FALSE(find(*f.system, "second"));
  CHECK(find(*f.system, "g") == f.group);
  CHECK(f.stop() == caf::exit_reason::user_shutdown);
}
