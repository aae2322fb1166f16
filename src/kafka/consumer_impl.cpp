#include "kafka/consumer_impl.hpp"

#include "kafka/event.hpp"
#include "kafka/partition_list.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

// Bounds of librdkafka's admin requests.
constexpr std::int64_t look_up_max_ms = 3'600'000;

void* opaque_of(std::uint64_t token) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));
}

constexpr int syslog_debug = 7;

} // namespace

consumer::impl::impl(rd_kafka_t* x, const properties& props,
                     std::function<void()> wake)
  : client(x),
    group_id(props.at("group.id")),
    wants_debug(props.contains("debug")),
    classic(!props.contains("group.protocol")
            || props.at("group.protocol") != "consumer"),
    events(rd_kafka_queue_get_consumer(x)),
    answers(rd_kafka_queue_new(x)),
    logs(rd_kafka_queue_new(x)),
    counter(x, [this] { gate.call(); }) {
  gate.set(std::move(wake));
  rd_kafka_set_log_queue(client, logs.get());
  for (auto* queue : {events.get(), answers.get(), logs.get()})
    gate.enable(queue);
  gate.call(); // what came before the callbacks has given no edge
}

// -- events -------------------------------------------------------------------

// False: the queue is empty.
bool consumer::impl::take_event(rd_kafka_queue_t* queue) {
  event_ptr event{rd_kafka_queue_poll(queue, 0)};
  if (!event)
    return false;
  auto x = to_event(client, event.get());
  if (x && !is_unasked_debug(*x)) {
    was_assigned = was_assigned || std::holds_alternative<assigned>(*x);
    pending.push_back(std::move(*x));
  }
  return true;
}

// The debug log is on for `membership` alone, unless the user wants it.
bool consumer::impl::is_unasked_debug(const consumer_event& x) const {
  auto* line = std::get_if<log_line>(&x);
  return line != nullptr && line->level >= syslog_debug && !wants_debug;
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
  // The log first: it holds what a commit must know.
  for (auto* queue : {logs.get(), answers.get()})
    while (pending.empty() && take_event(queue)) {
      // nop
    }
  if (auto x = counter.take())
    pending.push_back(std::move(*x));
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

void consumer::impl::commit(std::uint64_t token,
                            const std::vector<partition_offset>& xs) {
  auto code = rd_kafka_commit_queue(client, make_list(xs).get(), answers.get(),
                                    nullptr, opaque_of(token));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  commit_answered refused{token, {}, make_error(code)};
  for (auto& x : xs)
    refused.entries.push_back({x, refused.failure});
  post(std::move(refused));
}

// -- assignment ---------------------------------------------------------------

auto consumer::impl::open_source(const topic_partition& tp, offset_t begin)
  -> source_ptr {
  auto& slot = sources[tp];
  if (slot)
    slot->close();
  slot = std::make_shared<partition_queue>(client, tp, begin);
  return slot;
}

auto consumer::impl::held_source(const topic_partition& tp) const
  -> source_ptr {
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

} // namespace cafka::kafka
