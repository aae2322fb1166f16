#include "kafka/consumer.hpp"

#include "kafka/configuration.hpp"
#include "kafka/event.hpp"
#include "kafka/handles.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/partition_queue.hpp"
#include "kafka/wake_gate.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <string_view>

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;
using source_ptr = std::shared_ptr<partition_queue>;

// Longest single wait while closing, so that the client's state is looked at
// again even if an event said nothing.
constexpr int close_step_ms = 100;

// Bounds of librdkafka's admin requests.
constexpr std::int64_t look_up_max_ms = 3'600'000;

void* opaque_of(std::uint64_t token) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));
}

error first_failure(const rd_kafka_topic_partition_list_t& xs) {
  for (int i = 0; i < xs.cnt; ++i) {
    auto code = xs.elems[i].err;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR
        && code != RD_KAFKA_RESP_ERR__IN_PROGRESS) // asynchronous: under way
      return make_error(code);
  }
  return {};
}

error not_held(const topic_partition& tp) {
  return make_error(RD_KAFKA_RESP_ERR__STATE,
                    to_string(tp) + " is not assigned to this client");
}

} // namespace

struct consumer::impl {
  impl(rd_kafka_t* x, const properties& props, std::function<void()> wake);
  ~impl();
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  // -- events ----------------------------------------------------------------

  bool take_event(rd_kafka_queue_t* queue);
  void collect_events();
  bool rebalance_waits() const;
  std::optional<consumer_event> next();
  void post(consumer_event x);
  void look_up(std::uint64_t token, const std::vector<topic_partition>& xs,
               std::chrono::milliseconds timeout);

  // -- assignment --------------------------------------------------------------

  source_ptr open_source(const topic_partition& tp, offset_t begin);
  source_ptr held_source(const topic_partition& tp) const;
  void note_protocol();
  void acknowledge_assign();
  void begin_assign();
  void begin_revoke(revoked& event);
  error send_assign(const std::vector<partition_offset>& xs);
  error assign_everything(const partition_offset* moved = nullptr);
  error send_unassign(const std::vector<topic_partition>& xs);
  error restart(const partition_offset& to);

  // -- end -----------------------------------------------------------------------

  void detach();
  void close_sources();
  bool leave(clock::time_point deadline);
  void answer_while_closing(rd_kafka_event_t* event);
  void destroy(bool left);

  wake_gate gate; // outlives the client, which calls it
  rd_kafka_t* client;
  std::string group_id;
  // Not KIP-848, where the broker is told what we hold, so that it must not see
  // an assignment with nothing in it.
  bool classic;
  queue_ptr events;  // rebalances, errors
  queue_ptr answers; // to commits and look-ups
  queue_ptr logs;
  std::deque<consumer_event> pending;
  std::map<topic_partition, source_ptr> sources;
  std::set<topic_partition> held; // assigned; each has a source
  bool cooperative = false;
  bool revoke_unanswered = false;
  bool detached = false;
};

consumer::impl::impl(rd_kafka_t* x, const properties& props,
                     std::function<void()> wake)
  : client(x),
    group_id(props.at("group.id")),
    classic(!props.contains("group.protocol")
            || props.at("group.protocol") != "consumer"),
    events(rd_kafka_queue_get_consumer(x)),
    answers(rd_kafka_queue_new(x)),
    logs(rd_kafka_queue_new(x)) {
  gate.set(std::move(wake));
  rd_kafka_set_log_queue(client, logs.get());
  for (auto* queue : {events.get(), answers.get(), logs.get()})
    gate.enable(queue);
  gate.call(); // what came before the callbacks has given no edge
}

consumer::impl::~impl() {
  if (client == nullptr)
    return;
  detach();
  destroy(false);
}

// -- events --------------------------------------------------------------------

// False: the queue is empty.
bool consumer::impl::take_event(rd_kafka_queue_t* queue) {
  event_ptr event{rd_kafka_queue_poll(queue, 0)};
  if (!event)
    return false;
  if (auto x = to_event(client, event.get()))
    pending.push_back(std::move(*x));
  return true;
}

void consumer::impl::collect_events() {
  while (take_event(events.get())) {
    // nop
  }
}

bool consumer::impl::rebalance_waits() const {
  return revoke_unanswered
         || std::any_of(pending.begin(), pending.end(), [](auto& x) {
              return std::holds_alternative<assigned>(x)
                     || std::holds_alternative<revoked>(x);
            });
}

std::optional<consumer_event> consumer::impl::next() {
  collect_events(); // always: it is what max.poll.interval.ms waits for
  for (auto* queue : {answers.get(), logs.get()})
    while (pending.empty() && take_event(queue)) {
      // nop
    }
  if (pending.empty())
    return std::nullopt;
  auto result = std::move(pending.front());
  pending.pop_front();
  return result;
}

void consumer::impl::post(consumer_event x) {
  pending.push_back(std::move(x));
  gate.call();
}

void consumer::impl::look_up(std::uint64_t token,
                             const std::vector<topic_partition>& xs,
                             std::chrono::milliseconds timeout) {
  admin_options_ptr options{rd_kafka_AdminOptions_new(
    client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)};
  rd_kafka_AdminOptions_set_opaque(options.get(), opaque_of(token));
  auto ms = std::clamp<std::int64_t>(timeout.count(), 1, look_up_max_ms);
  rd_kafka_AdminOptions_set_request_timeout(options.get(), static_cast<int>(ms),
                                            nullptr, 0);
  // As the group's own look-up: no offset of a transaction that may yet be
  // aborted (KIP-447).
  take_error(
    rd_kafka_AdminOptions_set_require_stable_offsets(options.get(), 1));
  list_offsets_ptr request{rd_kafka_ListConsumerGroupOffsets_new(
    group_id.c_str(), make_list(xs).get())};
  auto* first = request.get();
  rd_kafka_ListConsumerGroupOffsets(client, &first, 1, options.get(),
                                    answers.get());
}

// -- assignment ----------------------------------------------------------------

source_ptr consumer::impl::open_source(const topic_partition& tp,
                                       offset_t begin) {
  auto& slot = sources[tp];
  if (slot)
    slot->close();
  slot = std::make_shared<partition_queue>(client, tp, begin);
  return slot;
}

source_ptr consumer::impl::held_source(const topic_partition& tp) const {
  return held.contains(tp) ? sources.at(tp) : nullptr;
}

// Known from the first join on; before it librdkafka says NONE. Asked at each
// rebalance, because the group's leader chooses.
void consumer::impl::note_protocol() {
  auto* name = rd_kafka_rebalance_protocol(client);
  cooperative = name != nullptr && std::string_view{name} == "COOPERATIVE";
}

// Tells librdkafka that an assignment was seen, with no partition in it yet;
// those come with `assign`. Does nothing in any other state. Until then
// librdkafka pauses every partition, and a client that is destroyed without a
// close, or has become fatal, waits for the answer for ever, on a spinning
// thread (seen with 2.0.2).
void consumer::impl::acknowledge_assign() {
  auto nothing = make_list(std::vector<topic_partition>{});
  if (cooperative)
    take_error(rd_kafka_incremental_assign(client, nothing.get()));
  else
    rd_kafka_assign(client, nothing.get());
}

void consumer::impl::begin_assign() {
  note_protocol();
  if (classic)
    acknowledge_assign();
}

void consumer::impl::begin_revoke(revoked& event) {
  note_protocol();
  revoke_unanswered = true;
  // It may have been lost while the event waited here.
  event.lost = event.lost || rd_kafka_assignment_lost(client) != 0;
}

error consumer::impl::send_assign(const std::vector<partition_offset>& xs) {
  if (!cooperative)
    return assign_everything();
  return take_error(rd_kafka_incremental_assign(client, make_list(xs).get()));
}

// The eager protocol knows only whole assignments. Each partition in it starts
// anew, so those that stay are given the position their source has reached.
// `moved` is locked by the caller.
error consumer::impl::assign_everything(const partition_offset* moved) {
  std::vector<partition_offset> all;
  for (auto& tp : held)
    all.push_back(moved != nullptr && moved->tp == tp
                    ? *moved
                    : partition_offset{tp, sources.at(tp)->position()});
  auto failure = make_error(rd_kafka_assign(client, make_list(all).get()));
  for (auto& tp : held)
    sources.at(tp)->kick();
  return failure;
}

error consumer::impl::send_unassign(const std::vector<topic_partition>& xs) {
  if (cooperative)
    return take_error(
      rd_kafka_incremental_unassign(client, make_list(xs).get()));
  // Eager: answered by the last partition that is given back.
  if (!held.empty())
    return {};
  return make_error(rd_kafka_assign(client, nullptr));
}

// Takes a partition out of the assignment and puts it back at another offset.
error consumer::impl::restart(const partition_offset& to) {
  if (!cooperative)
    return assign_everything(&to);
  if (auto failure = take_error(
        rd_kafka_incremental_unassign(client, make_list({to.tp}).get())))
    return failure;
  return take_error(rd_kafka_incremental_assign(client, make_list({to}).get()));
}

// -- end -----------------------------------------------------------------------

void consumer::impl::detach() {
  if (std::exchange(detached, true))
    return;
  gate.set({});
  for (auto* queue : {events.get(), answers.get(), logs.get()})
    wake_gate::disable(queue);
  close_sources();
  pending.clear();
}

void consumer::impl::close_sources() {
  for (auto& [tp, source] : sources)
    source->close();
  sources.clear();
  held.clear();
}

// True once the member has left its group.
bool consumer::impl::leave(clock::time_point deadline) {
  note_protocol();
  acknowledge_assign();
  if (take_error(rd_kafka_consumer_close_queue(client, events.get())))
    return false;
  while (rd_kafka_consumer_closed(client) == 0) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - clock::now());
    if (left.count() <= 0 || fatal_error(client))
      return false;
    auto step = std::min<std::int64_t>(left.count(), close_step_ms);
    if (event_ptr event{
          rd_kafka_queue_poll(events.get(), static_cast<int>(step))})
      answer_while_closing(event.get());
  }
  return true;
}

// A client does not close before its rebalance is answered. Once closing, it
// takes every answer for an unassign of everything; an event from just before
// wants the right one.
void consumer::impl::answer_while_closing(rd_kafka_event_t* event) {
  if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_REBALANCE)
    return;
  note_protocol();
  auto* list = rd_kafka_event_topic_partition_list(event);
  auto is_assign = rd_kafka_event_error(event)
                   == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  if (!cooperative)
    rd_kafka_assign(client, is_assign ? list : nullptr);
  else if (is_assign)
    take_error(rd_kafka_incremental_assign(client, list));
  else
    take_error(rd_kafka_incremental_unassign(client, list));
}

// The queues' handles go first: they belong to the client.
void consumer::impl::destroy(bool left) {
  close_sources();
  if (!left) {
    note_protocol();
    acknowledge_assign();
  }
  events.reset();
  answers.reset();
  logs.reset();
  // Without the flag librdkafka would close, which blocks without limit, and
  // for ever on a fatal error.
  rd_kafka_destroy_flags(client,
                         left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  client = nullptr;
}

// -- consumer ------------------------------------------------------------------

consumer::consumer(std::unique_ptr<impl> x) : impl_(std::move(x)) {
}

consumer::~consumer() = default;

result<std::unique_ptr<consumer>> consumer::open(const properties& props,
                                                 std::function<void()> wake) {
  auto conf = consumer_configuration(props);
  if (!conf)
    return conf.failure();
  auto client = make_client(RD_KAFKA_CONSUMER, std::move(*conf), props);
  if (!client)
    return client.failure();
  rd_kafka_poll_set_consumer(*client);
  return std::unique_ptr<consumer>{
    new consumer{std::make_unique<impl>(*client, props, std::move(wake))}};
}

error consumer::subscribe(const std::vector<std::string>& topics) {
  std::vector<topic_partition> all;
  for (auto& x : topics)
    all.push_back({x, RD_KAFKA_PARTITION_UA});
  return make_error(rd_kafka_subscribe(impl_->client, make_list(all).get()));
}

std::optional<consumer_event> consumer::poll() {
  if (impl_->detached)
    return std::nullopt;
  auto result = impl_->next();
  if (!result)
    return result;
  if (std::holds_alternative<assigned>(*result))
    impl_->begin_assign();
  else if (auto* x = std::get_if<revoked>(&*result))
    impl_->begin_revoke(*x);
  return result;
}

void consumer::look_up_committed(std::uint64_t token,
                                 const std::vector<topic_partition>& partitions,
                                 std::chrono::milliseconds timeout) {
  if (partitions.empty()) // which librdkafka refuses
    impl_->post(committed_found{token, {}, {}});
  else
    impl_->look_up(token, partitions, timeout);
}

core::record_source_ptr consumer::open_source(const topic_partition& tp,
                                              offset_t begin) {
  return impl_->open_source(tp, begin);
}

error consumer::assign(const std::vector<partition_offset>& partitions) {
  for (auto& x : partitions) {
    // Without a source its records would go to the common queue.
    if (!impl_->sources.contains(x.tp))
      impl_->open_source(x.tp, x.offset);
    impl_->sources.at(x.tp)->begin_at(x.offset, [] { return error{}; });
    impl_->held.insert(x.tp);
  }
  auto failure = impl_->send_assign(partitions);
  // What librdkafka puts into a queue by the way takes the edge from the first
  // record.
  for (auto& x : partitions)
    impl_->sources.at(x.tp)->kick();
  return failure;
}

error consumer::unassign(const std::vector<topic_partition>& partitions) {
  impl_->revoke_unanswered = false;
  std::vector<topic_partition> known;
  for (auto& tp : partitions)
    if (impl_->held.erase(tp) != 0)
      known.push_back(tp);
  auto failure = impl_->send_unassign(known);
  for (auto& tp : partitions)
    if (auto node = impl_->sources.extract(tp)) {
      node.mapped()->discard();
      node.mapped()->close();
    }
  return failure;
}

void consumer::commit(std::uint64_t token,
                      const std::vector<partition_offset>& offsets) {
  auto code = rd_kafka_commit_queue(impl_->client, make_list(offsets).get(),
                                    impl_->answers.get(), nullptr,
                                    opaque_of(token));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  commit_answered refused{token, {}, make_error(code)};
  for (auto& x : offsets)
    refused.entries.push_back({x, refused.failure});
  impl_->post(std::move(refused));
}

error consumer::seek(const partition_offset& to) {
  auto source = impl_->held_source(to.tp);
  if (!source)
    return not_held(to.tp);
  auto failure = source->move_to(to.offset, [&] {
    auto list = make_list(std::vector{to});
    auto* refused = rd_kafka_seek_partitions(impl_->client, list.get(), 0);
    return refused != nullptr ? take_error(refused) : first_failure(*list);
  });
  source->kick();
  return failure;
}

error consumer::reposition(const partition_offset& to) {
  auto source = impl_->held_source(to.tp);
  if (!source)
    return not_held(to.tp);
  // librdkafka would take what follows for the answer to a rebalance.
  impl_->collect_events();
  if (impl_->rebalance_waits())
    return make_error(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
  auto failure = source->begin_at(to.offset,
                                  [&] { return impl_->restart(to); });
  source->kick();
  return failure;
}

std::vector<topic_partition> consumer::assignment() const {
  return {impl_->held.begin(), impl_->held.end()};
}

bool consumer::is_fatal() const {
  return static_cast<bool>(fatal_error(impl_->client));
}

void consumer::close(std::unique_ptr<consumer> x,
                     std::chrono::milliseconds limit) {
  auto deadline = clock::now() + limit;
  x->detach();
  auto left = !x->is_fatal() && x->impl_->leave(deadline);
  x->impl_->destroy(left);
}

void consumer::abandon(std::unique_ptr<consumer> x) {
  x.reset();
}

void consumer::detach() {
  impl_->detach();
}

} // namespace cafka::kafka
