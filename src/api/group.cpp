#include "actors/group_coordinator/group_coordinator.hpp"
#include "actors/group_manager/group_manager.hpp"
#include "actors/group_producer/group_producer.hpp"
#include "actors/group_supervisor/group_supervisor.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "api/default_log.hpp"
#include "api/directory.hpp"
#include "api/group_incarnations.hpp"
#include "api/log_lines.hpp"
#include "api/wall_clock.hpp"
#include "config/client_properties.hpp"
#include "executor/thread_pool.hpp"
#include "kafka/consumer.hpp"
#include "kafka/idempotent_producer.hpp"
#include "kafka/mock_cluster.hpp"

#include <cafka/group.hpp>

#include <caf/io/middleman.hpp>

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <utility>

namespace cafka {

namespace {

using namespace actors;
using shared_options = std::shared_ptr<const group_options>;

/// librdkafka's warnings, and the group's own.
void log_to_stderr(group_options& x) {
  x.log = [](const log_record& line) {
    if (line.level <= log_record::warning)
      write_default_log(line_of(line));
  };
  x.observer = [inner = std::move(x.observer)](const event& e) {
    if (inner)
      inner(e);
    if (is_warning(e.kind))
      write_default_log(line_of(e));
  };
}

/// Reports of calls that ended wait so long while they keep coming: at 3
/// million records a second, in batches of 145, waking the manager for each of
/// them takes more context switches than all else (two cores, 2026-11). Acks
/// and whatever is waited for come at once; beside `commit-interval` it is
/// nothing.
constexpr auto report_doze = std::chrono::milliseconds{5};

/// Runs every job as an actor of its own on CAF's scheduler.
class scheduler_executor : public executor::abstract_executor {
public:
  explicit scheduler_executor(caf::actor_system& system) : system_(system) {
  }
  void execute(executor::job x, executor::job_kind) override {
    // By a message, for a spawn may run what it spawns at once, and we are
    // called with locks held.
    auto runner = [x = std::move(x)](caf::event_based_actor* self) {
      return caf::behavior{[self, x](run_job) {
        self->quit();
        x();
      }};
    };
    compat::post(system_.spawn(std::move(runner)), run_job{});
  }

private:
  caf::actor_system& system_;
};

/// Adds what is wrong with the topics of the embedded cluster.
void check_embedded(const group_options& x, std::vector<config_error>& wrong) {
  // More are a slip of the pen.
  constexpr int partitions_max = 1'000;
  for (auto& [topic, partitions] : x.embedded_topics) {
    auto key = "embedded_topics." + topic;
    auto value = std::to_string(partitions);
    if (!x.config.embedded)
      wrong.push_back({key, value, "only where embedded = true"});
    else if (partitions < 1 || partitions > partitions_max)
      wrong.push_back({key, value, fmt::format("1 to {}", partitions_max)});
  }
}

caf::error check(const group_options& x) {
  if (!x.handler)
    return make_error(errc::invalid_config, "handler: none was given");
  auto wrong = validate(x.config);
  check_embedded(x, wrong);
  if (wrong.empty())
    return {};
  std::string text;
  for (auto& w : wrong)
    text += (text.empty() ? "" : "; ") + to_string(w);
  return make_error(errc::invalid_config, text);
}

/// Fills in what has a default, and starts the embedded cluster with the
/// group's topics.
shared_options complete(group_options x) {
  if (!x.log)
    log_to_stderr(x);
  if (!x.config.embedded)
    return std::make_shared<const group_options>(std::move(x));
  // The cluster lives as long as somebody runs with these options.
  struct with_cluster {
    kafka::mock_cluster cluster;
    group_options options;
  };
  auto both = std::make_shared<with_cluster>();
  auto topics = x.embedded_topics;
  for (auto& topic : x.config.topics)
    topics.try_emplace(topic, kafka::mock_cluster::default_partitions);
  for (auto& [topic, partitions] : topics)
    both->cluster.create_topic(topic, partitions);
  both->options = std::move(x);
  both->options.config.endpoints = {both->cluster.endpoints()};
  return {both, &both->options};
}

kafka::client_factory client_factory_of(const shared_options& options) {
  return [options](std::function<void()> wake)
           -> kafka::result<std::unique_ptr<kafka::client>> {
    auto made = kafka::consumer::open(client_properties(options->config),
                                      std::move(wake), options->headers);
    if (!made)
      return made.failure();
    return std::unique_ptr<kafka::client>{std::move(*made)};
  };
}

group_producer_settings producer_settings_of(const group_config& x,
                                             const kafka::properties& props) {
  auto& letters = x.on_failure.dead_letter;
  group_producer_settings result;
  result.client = client_id_of(props);
  result.topic = letters.topic;
  result.create = letters.create;
  result.replication = letters.replication;
  result.copy_headers = letters.copy_headers;
  result.style = letters.headers;
  result.timeout = letters.timeout;
  result.wall_clock = wall_clock_ms;
  return result;
}

/// The producer's client is made at its first use.
group_manager_state::producer_factory
producer_factory_of(caf::actor_system& system, const shared_options& options) {
  return [&system, options](producer_listener to) -> group_producer_actor {
    auto& config = options->config;
    auto props = producer_properties(config);
    return system.spawn<group_producer>(
      options, producer_settings_of(config, props), std::move(to),
      kafka::idempotent_producer::factory(props), std::function<void()>{[] {}});
  };
}

group_children
start_children(caf::actor_system& system, const shared_options& options,
               const std::shared_ptr<partition_registry>& registry,
               const std::function<void()>& closed) {
  caf::actor coordinator;
  auto make_coordinator = [&](const manager_actor& manager) {
    auto x = system.spawn<
      compat::actor_of<group_coordinator_state, coordinator_actor::base>>(
      manager, options, registry, closed, client_factory_of(options));
    coordinator = caf::actor_cast<caf::actor>(x);
    return x;
  };
  group_manager_state::coordinator_factory factory = make_coordinator;
  auto manager = system.spawn<group_manager>(
    options, registry, factory, producer_factory_of(system, options));
  return {manager, coordinator};
}

using incarnation_callback = std::function<void(const group_incarnation&)>;

caf::expected<group_actor>
start(caf::actor_system& system, group_options options,
      const incarnation_callback& on_incarnation = {}) {
  if (auto wrong = check(options))
    return wrong;
  auto all = complete(std::move(options));
  auto entry = directory::reserve(system, all->config.name);
  if (!entry)
    return make_error(errc::name_taken,
                      fmt::format("name = \"{}\": another group of this name "
                                  "runs in the system",
                                  all->config.name));
  auto registry = make_partition_registry(system, all->config);
  auto children = [&system, all, registry,
                   on_incarnation](const std::function<void()>& closed) {
    auto result = start_children(system, all, registry, closed);
    if (on_incarnation)
      on_incarnation({result.manager.address(), result.coordinator.address()});
    return result;
  };
  compat::visit visit;
  auto supervisor = system.spawn<group_supervisor>(
    all, registry, group_supervisor_state::children_factory{children},
    std::function<void()>{[entry] { entry->remove(); }});
  group_actor result = supervisor;
  entry->set(result, all->config.embedded ? all->config.endpoints.front() : "");
  return result;
}

} // namespace

void init_types() {
  compat::init_types<caf::id_block::cafka, caf::id_block::cafka_internal>();
  // Groups may be published, and acks come from other processes.
  compat::init_module_types<caf::io::middleman>();
}

void add_types(caf::actor_system_config& cfg) {
  compat::add_types<caf::id_block::cafka>(cfg);
}

void wait_for_work(caf::actor_system_config& cfg) {
  compat::wait_for_work(cfg);
}

caf::expected<group_actor> spawn(caf::actor_system& system,
                                 group_options options) {
  return start(system, std::move(options));
}

caf::expected<group_actor> spawn(caf::actor_system& system,
                                 group_options options,
                                 incarnation_callback on_incarnation) {
  return start(system, std::move(options), on_incarnation);
}

caf::expected<group_actor> start_link(caf::event_based_actor* parent,
                                      group_options options) {
  auto result = start(parent->system(), std::move(options));
  if (result)
    parent->link_to(*result);
  return result;
}

child_spec make_child_spec(group_options options) {
  return {options.config.name, [options](caf::event_based_actor* parent) {
            return start_link(parent, options);
          }};
}

std::optional<group_actor> find(caf::actor_system& system,
                                const std::string& name) {
  return directory::find(system, name);
}

std::optional<std::string> embedded_endpoints(const group_actor& group) {
  return directory::embedded_endpoints(group);
}

std::shared_ptr<partition_registry>
make_partition_registry(caf::actor_system& system, const group_config& config) {
  return std::make_shared<partition_registry>(
    [&](partition_registry::exhausted_callback tell)
      -> std::unique_ptr<executor::abstract_executor> {
      if (config.handler_threads == 0)
        return std::make_unique<scheduler_executor>(system);
      return std::make_unique<executor::thread_pool>(config.handler_threads,
                                                     std::move(tell));
    },
    report_doze);
}

caf::expected<manager_parts>
spawn_manager(caf::actor_system& system, group_options options,
              std::shared_ptr<partition_registry> registry,
              std::function<void()> client_closed) {
  if (auto wrong = check(options))
    return wrong;
  compat::visit visit;
  auto children = start_children(
    system, complete(std::move(options)), registry,
    client_closed ? client_closed : [] {});
  return manager_parts{children.manager, children.coordinator};
}

} // namespace cafka
