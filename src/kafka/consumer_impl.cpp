#include "kafka/consumer_impl.hpp"

#include "kafka/configuration.hpp"
#include "kafka/event.hpp"
#include "kafka/partition_list.hpp"
#include "kafka/statistics.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace cafka::kafka {

namespace {

void* opaque_of(std::uint64_t token) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(token));
}

} // namespace

consumer::impl::impl(rd_kafka_t* x, std::unique_ptr<callbacks> y,
                     const properties& z, std::function<void()> wake,
                     bool with_headers, const core::thread_factory& make_thread)
  : hooks(std::move(y)),
    props(z),
    client(x),
    headers(with_headers),
    classic(!props.contains("group.protocol")
            || props.at("group.protocol") != "consumer"),
    events(rd_kafka_queue_get_consumer(x)),
    answers(rd_kafka_queue_new(x)),
    session(session_timeout(x)),
    questions([this] { on_event.call(); }, make_thread),
    errands([] {}, make_thread),
    wakeup(x, errands),
    queue_limit(fetch_stop(x)) {
  on_event.set(std::move(wake));
  hooks->log.on_line([this] { on_event.call(); });
  for (auto* queue : {events.get(), answers.get()})
    on_event.enable(queue);
  on_event.call(); // what came before the callbacks has given no edge
}

// -- events -------------------------------------------------------------------

// False: the queue is empty.
bool consumer::impl::take_event(rd_kafka_queue_t* queue) {
  event_ptr event{rd_kafka_queue_poll(queue, 0)};
  if (!event)
    return false;
  if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_STATS)
    note_statistics(event.get());
  if (auto x = to_event(client, event.get())) {
    was_assigned = was_assigned || std::holds_alternative<assigned>(*x);
    complete(*x);
    if (std::holds_alternative<commit_answered>(*x))
      --commits_on_their_way;
    pending.push_back(std::move(*x));
  }
  return true;
}

// They come as often as the user wants them.
void consumer::impl::note_statistics(rd_kafka_event_t* event) {
  for (auto& [tp, bytes] : queued_bytes_in(rd_kafka_event_stats(event)))
    if (auto i = sources.find(tp); i != sources.end())
      i->second->note_queued_bytes(bytes);
}

// Adds what only this client knows, and takes out what nobody should: what
// librdkafka and the broker write is theirs.
void consumer::impl::complete(client_event& x) const {
  if (auto* failed = std::get_if<client_error>(&x)) {
    hooks->tls.explain(failed->what);
    failed->what.text = without_secrets(std::move(failed->what.text), props);
  } else if (auto* line = std::get_if<log_line>(&x)) {
    line->text = without_secrets(std::move(line->text), props);
  }
}

void consumer::impl::collect_events() {
  while (take_event(events.get())) {
    // nop
  }
}

bool consumer::impl::rebalance_waits() const {
  return revoking || std::any_of(pending.begin(), pending.end(), [](auto& x) {
           return std::holds_alternative<assigned>(x)
                  || std::holds_alternative<revoked>(x);
         });
}

std::optional<client_event> consumer::impl::next() {
  collect_events(); // always: it is what max.poll.interval.ms waits for
  // The log first: it holds what a commit must know.
  if (auto x = hooks->log.take()) {
    complete(*x);
    pending.push_back(std::move(*x));
  }
  while (pending.empty() && take_event(answers.get())) {
    // nop
  }
  if (auto x = questions.take())
    pending.push_back(std::move(*x));
  if (pending.empty())
    return std::nullopt;
  auto result = std::move(pending.front());
  pending.pop_front();
  return result;
}

void consumer::impl::post(client_event x) {
  pending.push_back(std::move(x));
  on_event.call();
}

void consumer::impl::commit(std::uint64_t token,
                            const std::vector<partition_offset>& xs) {
  auto code = rd_kafka_commit_queue(client, make_list(xs).get(), answers.get(),
                                    nullptr, opaque_of(token));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++commits_on_their_way;
    return;
  }
  commit_answered refused{token, {}, error_of_code(code)};
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
  // From now on what is in this queue may be records again.
  if (auto node = retired.extract(tp))
    purge(node.mapped().get());
  slot = std::make_shared<partition_queue>(client, tp, begin, headers);
  if (stops_fetching_for_long())
    slot->on_room(queue_limit, [this, tp] { wakeup.wake(tp); });
  return slot;
}

// Its queue, for `purge`.
rd_kafka_queue_t* consumer::impl::retire(const topic_partition& tp,
                                         partition_queue& x) {
  auto& slot = retired[tp];
  slot = x.close();
  return slot.get();
}

auto consumer::impl::held_source(const topic_partition& tp) const
  -> source_ptr {
  return held.contains(tp) ? sources.at(tp) : nullptr;
}

// Empty while it has none. Waits for librdkafka's main thread, which never
// blocks.
std::string consumer::impl::member_id() const {
  auto* id = rd_kafka_memberid(client);
  std::string result = id != nullptr ? id : "";
  rd_kafka_mem_free(client, id);
  return result;
}

// The same client is another member only when the group did not know it any
// more.
bool consumer::impl::is_forgotten() const {
  return classic && !held.empty() && member_id() != joined_as;
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
  if (cooperative) {
    auto undrained = verify_sources();
    take_error(rd_kafka_incremental_assign(client, nothing.get()));
  } else {
    rd_kafka_assign(client, nothing.get());
  }
}

void consumer::impl::begin_assign() {
  note_protocol();
  joined_as = member_id();
  if (classic)
    acknowledge_assign();
}

// For calls that librdkafka takes for the answer to the rebalance of the hour,
// also to one that came after the event that they answer, and nobody has heard
// of here yet: they resume what was paused. While the result is held nobody
// drains, so that the pause finds nothing in hand if it comes this late. `but`:
// is locked by the caller.
std::vector<std::unique_lock<std::mutex>>
consumer::impl::verify_sources(const topic_partition* but) {
  std::vector<std::unique_lock<std::mutex>> result;
  result.reserve(sources.size());
  for (auto& [tp, source] : sources)
    if (but == nullptr || *but != tp)
      result.push_back(source->verify_continuity());
  return result;
}

void consumer::impl::begin_revoke(revoked& event) {
  note_protocol();
  revoking = event.partitions;
  // It may have been lost while the event waited here.
  event.lost = event.lost || rd_kafka_assignment_lost(client) != 0;
}

error consumer::impl::send_assign(const std::vector<partition_offset>& xs) {
  if (!cooperative)
    return assign_everything();
  auto undrained = verify_sources();
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
  auto failure = error_of_code(rd_kafka_assign(client, make_list(all).get()));
  for (auto& tp : held)
    sources.at(tp)->kick();
  return failure;
}

error consumer::impl::send_unassign(const std::vector<topic_partition>& xs) {
  if (cooperative) {
    auto undrained = verify_sources();
    return take_error(
      rd_kafka_incremental_unassign(client, make_list(xs).get()));
  }
  // Eager: answered by the last partition that is given back.
  if (!held.empty())
    return {};
  return error_of_code(rd_kafka_assign(client, nullptr));
}

// Takes a partition out of the assignment and puts it back at another offset.
error consumer::impl::restart(const partition_offset& to) {
  if (!cooperative)
    return assign_everything(&to);
  auto undrained = verify_sources(&to.tp);
  if (auto failure = take_error(
        rd_kafka_incremental_unassign(client, make_list({to.tp}).get())))
    return failure;
  return take_error(rd_kafka_incremental_assign(client, make_list({to}).get()));
}

} // namespace cafka::kafka
