#include "demo/group.hpp"

#include "api/control_threads.hpp"
#include "api/group_incarnations.hpp"
#include "program/event_log.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>

namespace cafka::demo {

namespace {

using namespace std::chrono_literals;

const std::string name = "demo";

/// Small enough for some calls per partition, so that there are commits between
/// the failures of a short log too, and not so small that calls cost more than
/// records.
std::size_t batch_size_for(std::uint64_t records) {
  return std::clamp<std::uint64_t>(records / 100, 1, 500);
}

/// A death of the coordinator is to find commits behind it, also in a log that
/// is read in less than a commit interval.
std::size_t commit_count_for(std::uint64_t records) {
  return std::clamp<std::uint64_t>(records / 50, 1, 10'000);
}

/// Short times, so that a commit, a restart and a stop are seen soon.
group_config make_config(const std::string& endpoints, std::uint64_t records) {
  group_config x;
  x.name = name;
  x.endpoints = {endpoints};
  x.group = demo_group::group_id();
  x.topics = {demo_group::topic()};
  // Records are written before the first assignment.
  x.begin_offset = logical_offset::earliest;
  // The mock cluster lets a fetch wait that long also when records come.
  x.sleep_timeout = 20ms;
  x.commit_interval = 200ms;
  x.commit_count = commit_count_for(records);
  x.batch_size = batch_size_for(records);
  // At most five failures are planned for a worker, all of them at one record
  // perhaps. Far more than that in a run is a failure of the demo.
  x.restart_backoff_min = 20ms;
  x.restart_backoff_max = 200ms;
  x.restart_max = 100;
  x.supervisor_backoff_min = 100ms;
  x.supervisor_backoff_max = 1s;
  x.on_exhausted = exhaustion_policy::stop_group;
  x.drain_timeout = 5s;
  x.stop_timeout = stop_limit;
  // The least that the mock cluster of librdkafka 2.0 assigns anything with; a
  // member that died keeps the next one waiting that long.
  x.kafka["session.timeout.ms"] = "6000";
  x.kafka["heartbeat.interval.ms"] = "100";
  x.kafka["reconnect.backoff.max.ms"] = "200";
  return x;
}

} // namespace

const std::string& demo_group::topic() {
  static const std::string result = "events";
  return result;
}

const std::string& demo_group::group_id() {
  static const std::string result = "cafka-demo";
  return result;
}

demo_group::demo_group(std::size_t partitions)
  : config_(std::make_unique<caf::actor_system_config>()) {
  cluster_.create_topic(topic(), static_cast<int>(partitions));
  add_types(*config_);
  use_control_threads(*config_, 1);
  system_ = std::make_unique<caf::actor_system>(*config_);
}

demo_group::~demo_group() {
  stop();
}

caf::error demo_group::start(handler_world world, group_watch& watch,
                             std::uint64_t records) {
  group_options x;
  x.config = make_config(endpoints(), records);
  x.handler = make_replay_handlers(world);
  x.observer = [world, &watch](const event& e) {
    world.books.on_event(e);
    world.failures.on_event(e);
    world.sabotage.on_event(e);
    watch.on_event(e);
  };
  x.log = [log = app::make_event_log({.level = "warning"})](
            const log_record& line) { log->on_record(line); };
  auto result = spawn(*system_, std::move(x),
                      [world](const group_incarnation& incarnation) {
                        world.failures.on_incarnation(incarnation);
                      });
  if (!result)
    return result.error();
  running_ = true;
  return {};
}

void demo_group::send(const ack& x) {
  if (auto to = find(*system_, name))
    cafka::send(*to, x);
}

void demo_group::stop() {
  if (!running_)
    return;
  running_ = false;
  auto group = find(*system_, name);
  if (!group)
    return; // it gave up
  cafka::send(*group, stop_group{});
  caf::scoped_actor self{*system_};
  self->wait_for(caf::actor_cast<caf::actor>(*group));
}

} // namespace cafka::demo
