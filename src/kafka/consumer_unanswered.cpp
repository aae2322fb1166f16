#include "kafka/consumer_impl.hpp"

#include "kafka/event.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>
#include <utility>

// Rebalances that a client that ends has not answered yet: librdkafka waits for
// the answer before anything else.

namespace cafka::kafka {

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

} // namespace

// Those that were taken out of librdkafka's queue, then those in it.
void consumer::impl::answer_what_waits() {
  note_protocol();
  if (auto given = std::exchange(revoking, std::nullopt))
    answer_revoked(*given);
  for (auto& x : std::exchange(pending, {}))
    answer(x);
  while (event_ptr event{rd_kafka_queue_poll(events.get(), 0)})
    answer_while_ending(event.get());
  acknowledge_assign();
}

void consumer::impl::answer(const client_event& x) {
  if (std::holds_alternative<assigned>(x))
    answer_assigned();
  else if (auto* taken = std::get_if<revoked>(&x))
    answer_revoked(taken->partitions);
}

// Answers an event if one comes soon. False: the deadline has passed.
bool consumer::impl::wait_for_event(time_point deadline) {
  auto left = std::chrono::duration_cast<milliseconds>(deadline - clock::now());
  if (left.count() <= 0)
    return false;
  event_ptr event{rd_kafka_queue_poll(
    events.get(), static_cast<int>(std::min(left, end_step).count()))};
  if (event)
    answer_while_ending(event.get());
  return true;
}

void consumer::impl::answer_while_ending(rd_kafka_event_t* event) {
  // Without a group handler nobody would take the answer.
  if (rd_kafka_event_type(event) != RD_KAFKA_EVENT_REBALANCE
      || rd_kafka_consumer_closed(client) != 0)
    return;
  note_protocol();
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
    answer_assigned();
  else
    answer_revoked(partitions_of(rd_kafka_event_topic_partition_list(event)));
}

// Nothing is begun that is about to be given back.
void consumer::impl::answer_assigned() {
  was_assigned = true;
  acknowledge_assign();
}

// Once closing, a client takes every answer for an unassign of everything;
// before that it takes only what was begun.
void consumer::impl::answer_revoked(std::vector<topic_partition> xs) {
  if (!cooperative) {
    rd_kafka_assign(client, nullptr);
    return;
  }
  auto begun = assigned_now();
  auto is_new = [&begun](const topic_partition& tp) {
    return std::find(begun.begin(), begun.end(), tp) == begun.end();
  };
  std::erase_if(xs, is_new);
  take_error(rd_kafka_incremental_unassign(client, make_list(xs).get()));
}

std::vector<topic_partition> consumer::impl::assigned_now() const {
  rd_kafka_topic_partition_list_t* found = nullptr;
  rd_kafka_assignment(client, &found);
  list_ptr owned{found};
  return partitions_of(found);
}

} // namespace cafka::kafka
