#include "support/scripted_group.hpp"

#include "actors/group_manager/group_manager.hpp"
#include "actors/group_producer/group_producer.hpp"
#include "actors/partition_worker/partition_worker.hpp"

#include <caf/scoped_actor.hpp>

#include <utility>

namespace cafka::test {

using namespace cafka::actors;

namespace {

using manager = group_manager;
using supervisor = group_supervisor;
using scripted_coordinator
  = compat::actor_of<scripted_coordinator_state, coordinator_actor::base>;

/// Asks `dest` and runs the actors until the answer is there.
template <class R, class Dest, class T>
R ask(scripted_group& group, const Dest& dest, const T& x) {
  caf::scoped_actor self{group.actors.system()};
  auto answer = compat::request(&*self, dest, std::chrono::hours{1}, x);
  group.actors.run();
  std::optional<R> result;
  std::move(answer).receive([&](const R& y) { result = y; },
                            [&](const caf::error& e) {
                              FAIL("an error for an answer: "
                                   << caf::to_string(e));
                            });
  return *result;
}

} // namespace

/// Notes why the front ended.
struct scripted_group::watcher_state {
  static constexpr const char* name = "test.watcher";
  watcher_state(caf::event_based_actor* self, group_actor front,
                std::optional<caf::error>* ended)
    : monitors(self) {
    monitors.add(front, [ended](const caf::error& why) { *ended = why; });
  }
  caf::behavior make_behavior() {
    return {[](const stop_group&) {}};
  }
  compat::monitors<caf::event_based_actor> monitors;
};

scripted_group::scripted_group() {
  config.name = "n";
  config.group = "g";
  config.topics = {"t"};
  config.endpoints = {"localhost:9092"};
  config.prefetch_count = 1000;
  coordinator.on_seek = [this](const seek_request& x) {
    generations_[x.tp.partition] = x.generation;
    source(x.tp.partition).move_to(x.offset);
  };
  coordinator.find_ends = [this](const ends_request& x) {
    ends_result result;
    for (auto& tp : x.partitions)
      result.ends[tp] = log(tp.partition).end;
    return result;
  };
  coordinator.find_range = [this](const range_request& x) {
    auto p = x.tp.partition;
    return range_result{x.tp, gen(p), offset_range{log(p).start, log(p).end}};
  };
  coordinator.find_position = [this](const position_request& x) {
    auto& held = log(x.tp.partition);
    return core::position_facts{offset_range{held.start, held.end}, {}, {}};
  };
  coordinator.on_wake = [this](const wake_request& x) {
    source(x.tp.partition).move_to(x.offset);
    wake(x.tp.partition);
  };
}

scripted_group::~scripted_group() {
  handlers = {};
  for (auto& x : watchers_)
    caf::anon_send_exit(x, caf::exit_reason::kill);
  if (front_)
    caf::anon_send_exit(*front_, caf::exit_reason::kill);
  actors.run();
  if (coordinator.self)
    caf::anon_send_exit(*coordinator.self, caf::exit_reason::kill);
  actors.run();
  while (!jobs.empty()) {
    manual_executor::run_one(jobs);
    actors.run();
  }
  for (auto& done : std::exchange(writer->ended, {}))
    done({});
  actors.run();
  watchers_.clear();
  front_.reset();
  coordinator = {};
  threads_exhausted = nullptr;
  registry.reset();
  actors.run();
}

std::shared_ptr<const group_options> scripted_group::make_options() {
  auto x = std::make_shared<group_options>();
  x->config = config;
  x->handler = make_factory(handlers);
  x->observer = [this](const event& e) { events.push_back(e); };
  x->log = [](const log_record&) {};
  registry = std::make_shared<partition_registry>(
    [this](partition_registry::exhausted_callback tell) {
      threads_exhausted = std::move(tell);
      return std::make_unique<manual_executor>(jobs);
    });
  return x;
}

group_producer_actor scripted_group::spawn_producer(producer_listener to) {
  ++producers;
  auto& letters = config.on_failure.dead_letter;
  group_producer_settings settings;
  settings.client = "c";
  settings.topic = letters.topic;
  settings.create = letters.create;
  settings.timeout = letters.timeout;
  settings.wall_clock = [] { return std::int64_t{1'000}; };
  group_producer_actor x = actors.system().spawn<group_producer>(
    options_, settings, std::move(to), scripted_writer::factory(writer),
    std::function<void()>{[] {}});
  producer_ = caf::actor_cast<caf::actor_addr>(x);
  return x;
}

void scripted_group::answer_questions() {
  while (letter_partitions >= 0 && answered_ < writer->questions.size()) {
    auto token = writer->questions[answered_++].token;
    writer->tell(kafka::topic_found{token, letter_partitions, {}});
    actors.run();
  }
}

void scripted_group::deliver(std::size_t i, offset_t at) {
  REQUIRE(i < writer->sent.size());
  writer->deliver(i, at);
  settle();
}

void scripted_group::refuse(std::size_t i, errc why) {
  REQUIRE(i < writer->sent.size());
  writer->refuse(i, {why, "needs WRITE"});
  settle();
}

void scripted_group::kill_producer() {
  caf::anon_send_exit(caf::actor_cast<caf::actor>(producer_),
                      caf::exit_reason::kill);
  settle();
}

group_children scripted_group::spawn_children(std::function<void()> closed) {
  auto& system = actors.system();
  auto make_coordinator = [&](const manager_actor& m) {
    coordinator.manager = m;
    coordinator.self = system.spawn<scripted_coordinator>(&coordinator,
                                                          std::move(closed));
    return *coordinator.self;
  };
  auto make_worker = [this](std::shared_ptr<delivery_loop> loop) {
    auto p = loop->id().tp.partition;
    worker_actor x = actors.system().spawn<partition_worker>(std::move(loop));
    workers_.emplace_back(p, caf::actor_cast<caf::actor_addr>(x));
    return x;
  };
  auto m = system.spawn<manager>(
    options_, registry,
    group_manager_state::coordinator_factory{make_coordinator},
    group_manager_state::producer_factory{
      [this](producer_listener to) { return spawn_producer(std::move(to)); }},
    group_manager_state::worker_factory{make_worker});
  return {m, caf::actor_cast<caf::actor>(*coordinator.self)};
}

void scripted_group::watch() {
  watchers_.push_back(
    actors.system().spawn<compat::actor_of<watcher_state>>(*front_, &ended_));
  actors.run();
}

void scripted_group::start_manager() {
  options_ = make_options();
  front_ = spawn_children({}).manager;
  watch();
}

void scripted_group::start_supervisor() {
  options_ = make_options();
  auto children = [this](std::function<void()> closed) {
    ++incarnations;
    return spawn_children(std::move(closed));
  };
  front_ = actors.system().spawn<supervisor>(
    options_, registry, group_supervisor_state::children_factory{children},
    std::function<void()>{[this] { end_told = true; }});
  watch();
}

// -- time ---------------------------------------------------------------------

void scripted_group::settle() {
  actors.run();
  answer_questions();
  while (!jobs_wait && !jobs.empty()) {
    manual_executor::run_one(jobs);
    actors.run();
    answer_questions();
  }
}

void scripted_group::advance(caf::timespan by) {
  actors.advance(by, [this] { settle(); });
}

// -- the coordinator's side ---------------------------------------------------

assignment scripted_group::make_assignment(partition_t p, offset_t begin,
                                           std::optional<offset_t> committed) {
  log(p);
  auto source = std::make_shared<scripted_source>(logs_[p], begin);
  sources_[p] = source;
  generations_[p] = registry->raise(tp(p));
  return {tp(p), generations_[p], begin, committed, source};
}

void scripted_group::assign(const partitions& ps, offset_t begin) {
  assign(ps, begin, begin);
}

void scripted_group::assign_with(partition_t p, offset_t begin,
                                 core::committed_map map) {
  assignments_received x{"g", {++rebalance.value}, {}};
  x.partitions.push_back(make_assignment(p, begin, begin));
  x.partitions.back().map = std::move(map);
  send_to_manager(x);
}

void scripted_group::assign_new(const partitions& ps, offset_t begin) {
  assign(ps, begin, std::nullopt);
}

void scripted_group::assign(const partitions& ps, offset_t begin,
                            std::optional<offset_t> committed) {
  assignments_received x{"g", {++rebalance.value}, {}};
  for (auto p : ps)
    x.partitions.push_back(make_assignment(p, begin, committed));
  send_to_manager(x);
}

void scripted_group::revoke(const partitions& ps) {
  assignments_revoked x{{++rebalance.value}, {}, false};
  for (auto p : ps)
    x.partitions.push_back(tp(p));
  send_to_manager(x);
}

void scripted_group::lose(const partitions& ps) {
  assignments_revoked x{{++rebalance.value}, {}, true};
  for (auto p : ps)
    x.partitions.push_back(tp(p));
  send_to_manager(x);
}

void scripted_group::answer_commit(const kafka::error& failure) {
  send_to_manager(answer_to(coordinator.commits.back(), failure));
}

void scripted_group::report(actors::delivery_report x) {
  registry->buffer()->put(std::move(x));
}

void scripted_group::kill_manager() {
  caf::anon_send_exit(*coordinator.manager, caf::exit_reason::kill);
}

void scripted_group::end_coordinator(const caf::error& why) {
  coordinator.ends_with = why;
  compat::post(*coordinator.self, keep_alive{});
}

// -- the broker's side --------------------------------------------------------

scripted_log& scripted_group::log(partition_t p) {
  auto& x = logs_[p];
  if (!x)
    x = std::make_shared<scripted_log>();
  return *x;
}

void scripted_group::append(partition_t p, int n, std::size_t bytes) {
  append_unheard(p, n, bytes);
  wake(p);
}

void scripted_group::append_unheard(partition_t p, int n, std::size_t bytes) {
  for (; n > 0; --n)
    log(p).records.push_back({log(p).end++, bytes});
}

void scripted_group::wake(partition_t p) {
  if (auto i = sources_.find(p); i != sources_.end())
    i->second->wake();
}

scripted_source& scripted_group::source(partition_t p) {
  return *sources_.at(p);
}

// -- the user's side ----------------------------------------------------------

void scripted_group::ack(partition_t p, offset_t offset) {
  ack(p, gen(p), offset);
}

void scripted_group::ack(partition_t p, generation g, offset_t offset) {
  compat::post(*front_, cafka::ack{"t", p, g, offset});
}

void scripted_group::ack_individual(partition_t p, const offsets& xs) {
  compat::post(*front_, cafka::ack_individual{"t", p, gen(p), xs});
}

void scripted_group::nack(partition_t p, offset_t offset, bool retry) {
  compat::post(*front_, cafka::nack{"t", p, gen(p), offset, "bad", retry});
}

ack_reply scripted_group::ask_nack(partition_t p, offset_t offset, bool retry) {
  return ask<ack_reply>(*this, *front_,
                        nack_request{"t", p, gen(p), offset, "bad", retry});
}

ack_reply scripted_group::ask_ack(partition_t p, const offsets& xs,
                                  bool cumulative) {
  auto g = generations_.count(p) ? gen(p) : generation{1};
  return ask<ack_reply>(*this, *front_, ack_request{"t", p, g, cumulative, xs});
}

group_status scripted_group::status() {
  return ask<group_status>(*this, *front_, get_status{});
}

partition_status scripted_group::status(partition_t p) {
  for (auto& x : status().partitions)
    if (x.tp == tp(p))
      return x;
  FAIL("not held: " << p);
  return {};
}

record_excerpt scripted_group::record(partition_t p) {
  return ask<record_excerpt>(*this, *front_, get_record{"t", p});
}

committed_offsets scripted_group::committed(const std::string& topic) {
  return ask<committed_offsets>(*this, *front_, get_committed_offsets{topic});
}

void scripted_group::stop() {
  compat::post(*front_, stop_group{});
}

void scripted_group::send_exit(caf::exit_reason why) {
  caf::anon_send_exit(*front_, why);
}

// -- workers ------------------------------------------------------------------

caf::actor scripted_group::worker(partition_t p) {
  for (auto i = workers_.rbegin(); i != workers_.rend(); ++i)
    if (i->first == p)
      return caf::actor_cast<caf::actor>(i->second);
  return {};
}

void scripted_group::kill_worker(partition_t p) {
  if (auto x = worker(p))
    caf::anon_send_exit(x, caf::exit_reason::kill);
}

std::size_t scripted_group::worker_count() const {
  return workers_.size();
}

// -- what came of it ----------------------------------------------------------

std::vector<event> scripted_group::events_of(event_kind kind) const {
  std::vector<event> result;
  for (auto& x : events)
    if (x.kind == kind)
      result.push_back(x);
  return result;
}

const event& scripted_group::last(event_kind kind) {
  for (auto i = events.rbegin(); i != events.rend(); ++i)
    if (i->kind == kind)
      return *i;
  FAIL("no such event: " << to_string(kind));
  return events.front();
}

std::map<partition_t, offset_t> scripted_group::last_commit() const {
  std::map<partition_t, offset_t> result;
  if (!coordinator.commits.empty())
    for (auto& x : coordinator.commits.back().entries)
      result[x.tp.partition] = x.offset;
  return result;
}

// -- event_listener -----------------------------------------------------------

event_listener::event_listener(actor_fixture& fixture)
  : heard(std::make_shared<std::vector<event>>()) {
  handle = fixture.system().spawn([to = heard](caf::event_based_actor*) {
    return caf::behavior{[to](const event& x) { to->push_back(x); }};
  });
}

event_listener::~event_listener() {
  end();
}

std::size_t event_listener::use_count() const {
  return caf::actor_cast<caf::strong_actor_ptr>(handle)->strong_refs;
}

void event_listener::end() {
  caf::anon_send_exit(handle, caf::exit_reason::kill);
}

} // namespace cafka::test
