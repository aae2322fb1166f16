#include "kafka/consumer_impl.hpp"

#include "kafka/event.hpp"

#include <algorithm>
#include <utility>

// How a client ends. librdkafka has several ways to hang or to abort here.

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;

// Longest single wait while closing, so that the client's state is looked at
// again even if an event said nothing.
constexpr int close_step_ms = 100;

// How long an abandon may wait for what keeps a client from being destroyed.
constexpr auto abandon_max = std::chrono::seconds{1};

// As `rd_kafka_version()`: MM.mm.rr.xx.
constexpr int version_2_3_0 = 0x020300ff;

} // namespace

consumer::impl::~impl() {
  if (client == nullptr)
    return;
  detach();
  end(clock::now() + abandon_max, /* politely */ false);
}

void consumer::impl::detach() {
  if (std::exchange(detached, true))
    return;
  gate.set({});
  hooks->log.close();
  for (auto* queue : {events.get(), answers.get()})
    wake_gate::disable(queue);
  close_sources();
  pending.clear();
}

void consumer::impl::close_sources() {
  for (auto& [tp, source] : sources)
    retire(tp, *source);
  sources.clear();
  held.clear();
}

void consumer::impl::cut_off() {
  cut = true;
  hooks->cut();
}

// Nobody reads the answers any more: only that there are none left counts.
void consumer::impl::await_commits(time_point deadline) {
  while (!cut && commits_on_their_way > 0 && clock::now() < deadline) {
    event_ptr event{rd_kafka_queue_poll(answers.get(), close_step_ms)};
    if (event
        && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_OFFSET_COMMIT)
      --commits_on_their_way;
  }
}

void consumer::impl::end(time_point deadline, bool politely) {
  if (!politely) {
    await_commits(deadline);
    if (commits_on_their_way > 0)
      cut_off();
  }
  questions.end();
  prompter.end();
  if (finish_joining(deadline)) {
    auto left = politely && !fatal_error(client) && leave(deadline);
    destroy(left);
    return;
  }
  // Given up: a leaked client that is out of its group harms less than an
  // aborted process.
  rd_kafka_unsubscribe(client);
  cut_off();
  drop_queues();
  client = nullptr;
  hooks.release(); // it still calls them
}

// Before 2.3 librdkafka aborts the process when a client is destroyed between
// its first answer to JoinGroup and its first assignment with a sticky assignor
// (#4381). False: it still stands there.
bool consumer::impl::finish_joining(time_point deadline) {
  if (rd_kafka_version() >= version_2_3_0)
    return true;
  if (!was_assigned && !is_half_joined())
    rd_kafka_unsubscribe(client); // takes no answer to JoinGroup from now on
  while (is_half_joined())
    if (fatal_error(client) || !wait_for_event(deadline))
      return false;
  return true;
}

bool consumer::impl::is_half_joined() {
  note_protocol();
  return cooperative && !was_assigned;
}

// True once the member has left its group.
bool consumer::impl::leave(time_point deadline) {
  note_protocol();
  acknowledge_assign();
  if (take_error(rd_kafka_consumer_close_queue(client, events.get())))
    return false;
  while (rd_kafka_consumer_closed(client) == 0)
    if (!wait_for_event(deadline) || fatal_error(client))
      return false;
  return true;
}

// Answers an event if one comes soon. False: the deadline has passed.
bool consumer::impl::wait_for_event(time_point deadline) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
    deadline - clock::now());
  if (left.count() <= 0)
    return false;
  auto step = std::min<std::int64_t>(left.count(), close_step_ms);
  if (event_ptr event{
        rd_kafka_queue_poll(events.get(), static_cast<int>(step))})
    answer_while_closing(event.get());
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
  was_assigned = was_assigned || is_assign;
  if (!cooperative)
    rd_kafka_assign(client, is_assign ? list : nullptr);
  else if (is_assign)
    take_error(rd_kafka_incremental_assign(client, list));
  else
    take_error(rd_kafka_incremental_unassign(client, list));
}

void consumer::impl::destroy(bool left) {
  if (!left) {
    if (commits_on_their_way > 0)
      cut_off();
    note_protocol();
    acknowledge_assign();
  }
  drop_queues();
  // Without the flag librdkafka would close, which blocks without limit, and
  // for ever on a fatal error.
  rd_kafka_destroy_flags(client,
                         left ? 0 : RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  client = nullptr;
}

// Their handles belong to the client, so they go first.
void consumer::impl::drop_queues() {
  close_sources();
  for (auto& [tp, queue] : retired)
    purge(queue.get());
  retired.clear();
  events.reset();
  answers.reset();
}

} // namespace cafka::kafka
