#include "actors/caf_compat.hpp"

#include "api/group_incarnations.hpp"
#include "support/group_fixture.hpp"

namespace cafka::test {

using namespace std::chrono_literals;

namespace {

/// Beyond anything that goes well; the mock cluster's first assignment takes
/// 3 s, one after a crash 6 s.
constexpr auto limit = 60s;

} // namespace

// -- door ---------------------------------------------------------------------

door::~door() {
  open();
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return inside_ == 0; });
}

void door::open() {
  std::unique_lock guard{mutex_};
  open_ = true;
  changed_.notify_all();
}

void door::pass() {
  std::unique_lock guard{mutex_};
  ++visitors_;
  ++inside_;
  changed_.notify_all();
  changed_.wait(guard, [this] { return open_; });
  --inside_;
  changed_.notify_all();
}

bool door::await_visitor() {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, limit, [this] { return visitors_ > 0; });
}

// -- group_fixture ------------------------------------------------------------

group_fixture::group_fixture(int partitions) {
  static bool once = (init_types(), true);
  static_cast<void>(once);
  cluster.create_topic("t", partitions);
  config = std::make_unique<caf::actor_system_config>();
  add_types(*config);
  system = std::make_unique<caf::actor_system>(*config);
}

group_fixture::~group_fixture() {
  if (running_)
    static_cast<void>(stop());
  group.reset();
  system.reset();
}

group_options group_fixture::options() {
  group_options result;
  auto& x = result.config;
  x.name = "g";
  x.group = "g";
  x.endpoints = {cluster.endpoints()};
  x.topics = {"t"};
  x.begin_offset = logical_offset::earliest;
  x.commit_interval = 50ms;
  x.sleep_timeout = 50ms;
  x.restart_backoff_min = 10ms;
  x.restart_backoff_max = 100ms;
  x.supervisor_backoff_min = 10ms;
  x.supervisor_backoff_max = 100ms;
  // librdkafka's mock cluster lets nobody in for 1 s less while others are to
  // join again, and refuses their commits: shorter than revoke_commit_limit.
  x.kafka["session.timeout.ms"] = "5000";
  x.kafka["heartbeat.interval.ms"] = "100";
  x.kafka["reconnect.backoff.max.ms"] = "200";
  result.observer = [this](const event& e) { note(e); };
  result.log = [](const log_record&) {};
  return result;
}

handler_factory
group_fixture::noting(std::function<handler_answer(const message_batch&)> f) {
  return make_handler([this, f = std::move(f)](const message_batch& batch) {
    {
      std::unique_lock guard{mutex_};
      for (auto r : batch)
        delivered_.push_back(
          {{batch.topic(), batch.partition()}, r.offset(), r.delivery_count()});
      changed_.notify_all();
    }
    return f(batch);
  });
}

void group_fixture::start(group_options x) {
  auto result = spawn(*system, std::move(x),
                      [this](const group_incarnation& started) {
                        std::unique_lock guard{mutex_};
                        coordinators_.push_back(started.coordinator);
                      });
  if (!result)
    throw std::runtime_error(text_of(result.error()));
  group = *result;
  running_ = true;
}

caf::error group_fixture::stop() {
  compat::post(*group, stop_group{});
  return await_end();
}

caf::error group_fixture::await_end() {
  running_ = false;
  caf::error result;
  caf::scoped_actor self{*system};
  CAF_PUSH_DEPRECATED_WARNING
  self->monitor(*group);
  CAF_POP_WARNINGS
  self->receive([&](const caf::down_msg& x) { result = x.reason; });
  return result;
}

void group_fixture::produce(partition_t partition, int count) {
  appender{cluster}.append({"t", partition}, count);
}

void group_fixture::note(const event& x) {
  std::unique_lock guard{mutex_};
  events_.push_back(x);
  changed_.notify_all();
}

bool group_fixture::await_events(
  std::size_t n, const std::function<bool(const event&)>& accept,
  std::chrono::milliseconds how_long) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, how_long, [&] {
    return static_cast<std::size_t>(
             std::count_if(events_.begin(), events_.end(), accept))
           >= n;
  });
}

bool group_fixture::await_event(event_kind kind, std::size_t n) {
  return await_events(n, [kind](const event& x) { return x.kind == kind; });
}

bool group_fixture::await_committed(partition_t partition, offset_t offset) {
  return await_events(1, [=](const event& x) {
    return x.kind == event_kind::committed && x.tp.partition == partition
           && x.offset == offset;
  });
}

std::vector<event> group_fixture::events(event_kind kind) const {
  std::unique_lock guard{mutex_};
  std::vector<event> result;
  for (auto& x : events_)
    if (x.kind == kind)
      result.push_back(x);
  return result;
}

bool group_fixture::await_status(
  const std::function<bool(const group_status&)>& accept) {
  caf::scoped_actor self{*system};
  auto deadline = std::chrono::steady_clock::now() + limit;
  bool accepted = false;
  while (!accepted && std::chrono::steady_clock::now() < deadline)
    compat::request(&*self, *group, caf::timespan{limit}, get_status{})
      .receive([&](const group_status& x) { accepted = accept(x); },
               [](const caf::error&) {});
  return accepted;
}

bool group_fixture::await_delivered(std::size_t n) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, limit,
                           [&] { return delivered_.size() >= n; });
}

std::vector<delivered_record> group_fixture::delivered() const {
  std::unique_lock guard{mutex_};
  return delivered_;
}

std::vector<offset_t> group_fixture::delivered(partition_t partition) const {
  std::vector<offset_t> result;
  for (auto& x : delivered())
    if (x.tp.partition == partition)
      result.push_back(x.offset);
  return result;
}

std::map<partition_t, offset_t>
group_fixture::committed_at_broker(int partitions) {
  bell b;
  client_driver client{b, member_of(cluster, "g")};
  std::vector<topic_partition> asked;
  for (partition_t i = 0; i < partitions; ++i)
    asked.push_back({"t", i});
  client->look_up_committed(1, asked, 10s);
  std::map<partition_t, offset_t> result;
  auto found = client.await<kafka::committed_found>();
  if (found)
    for (auto& x : found->entries)
      if (x.offset)
        result[x.tp.partition] = *x.offset;
  kafka::consumer::abandon(client.release());
  return result;
}

std::vector<caf::actor_addr> group_fixture::coordinators() const {
  std::unique_lock guard{mutex_};
  return coordinators_;
}

} // namespace cafka::test
