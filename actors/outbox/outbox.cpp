#include "actors/outbox/outbox.hpp"

#include "core/log_line.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cafka::actors {

namespace {

/// Events that are handled in one go before other messages get their turn.
constexpr int events_max = 1'000;

kafka::error error_of(errc code, std::string text) {
  kafka::error result;
  result.code = code;
  result.text = std::move(text);
  result.retriable = true;
  return result;
}

bool may_go_to(const output& x, const topic_partition& to) {
  return x.topic == to.topic
         && x.partition.value_or(to.partition) == to.partition;
}

template <class Callback, class Answer>
void answer(std::map<std::uint64_t, Callback>& from, const Answer& x) {
  if (auto node = from.extract(x.token))
    node.mapped()(x);
}

/// Each answer may ask again.
template <class Answer, class Callback>
void fail_each(std::map<std::uint64_t, Callback>& from,
               const kafka::error& why) {
  for (auto& [token, tell] : std::exchange(from, {})) {
    Answer x;
    x.token = token;
    x.failure = why;
    tell(x);
  }
}

} // namespace

outbox::outbox(settings x) : settings_(std::move(x)) {
}

// -- what it is asked ---------------------------------------------------------

std::uint64_t outbox::send(output x, bool first, time_point now, written f) {
  auto token = ++last_token_;
  auto& queue = first ? first_ : waiting_;
  queue.push_back({token, std::move(x), std::move(f), now, first, false});
  settings_
    .wake(); // handed over behind this, so that nothing is told meanwhile
  return token;
}

void outbox::cancel(std::uint64_t token) {
  for (auto* queue : queues())
    std::erase_if(*queue, [token](auto& x) { return x.token == token; });
  open_.erase(token);
}

void outbox::find_topic(const std::string& topic,
                        std::chrono::milliseconds timeout, time_point now,
                        found f) {
  auto token = ++last_token_;
  look_ups_.emplace(token, std::move(f));
  if (ensure_client(now))
    client_->find_topic(token, topic, timeout);
}

void outbox::create_topic(const std::string& topic, partition_t partitions,
                          int replication, std::chrono::milliseconds timeout,
                          time_point now, created f) {
  auto token = ++last_token_;
  creations_.emplace(token, std::move(f));
  if (ensure_client(now))
    client_->create_topic(token, topic, partitions, replication, timeout);
}

bool outbox::empty() const noexcept {
  auto is_empty = [](auto& x) {
    return x.second.alone.empty() && x.second.behind.empty();
  };
  return std::ranges::all_of(lanes_, is_empty) && first_.empty()
         && waiting_.empty() && open_.empty();
}

/// Of records that the client does not have, in the order in which they go.
std::vector<std::deque<outbox::entry>*> outbox::queues() {
  std::vector<std::deque<entry>*> result;
  for (auto& [to, x] : lanes_) {
    result.push_back(&x.alone);
    result.push_back(&x.behind);
  }
  result.push_back(&first_);
  result.push_back(&waiting_);
  return result;
}

void outbox::fail_all(const kafka::error& why) {
  std::vector<entry> all;
  for (auto& [token, x] : std::exchange(open_, {}))
    all.push_back(std::move(x));
  for (auto* queue : queues())
    for (auto& x : std::exchange(*queue, {}))
      all.push_back(std::move(x));
  for (auto& x : all)
    x.tell({x.token, {x.record.topic, -1}, -1, why});
  fail_each<kafka::topic_found>(look_ups_, why);
  fail_each<kafka::topic_created>(creations_, why);
}

std::unique_ptr<kafka::record_writer> outbox::release() {
  if (client_)
    client_->detach();
  return std::move(client_);
}

// -- the client ---------------------------------------------------------------

/// False: there is none. Where none can be made that is told; else it is tried
/// again when the pause is over.
bool outbox::ensure_client(time_point now) {
  if (client_)
    return true;
  if (now < closed_until_) {
    auto why = error_of(errc::client_fatal, "the producer is made anew");
    fail_each<kafka::topic_found>(look_ups_, why);
    fail_each<kafka::topic_created>(creations_, why);
    return false;
  }
  auto made = settings_.make_client(settings_.wake);
  if (!made) {
    closed_until_ = now + renew_pause;
    fail_all(made.failure());
    return false;
  }
  client_ = std::move(*made);
  return true;
}

/// What was handed to the old one may have been written: nobody knows.
void outbox::renew(const kafka::error& why, time_point now) {
  settings_.bury(release());
  closed_until_ = now + renew_pause;
  for (auto& [token, x] : std::exchange(open_, {}))
    x.tell({token, {x.record.topic, -1}, -1, why});
  fail_each<kafka::topic_found>(look_ups_, why);
  fail_each<kafka::topic_created>(creations_, why);
}

/// A record whose batch was too large goes alone, when no other to its
/// partition is open; those behind it when all such are through. False: the
/// client takes nothing now.
bool outbox::pump_lanes(time_point now) {
  for (auto i = lanes_.begin(); i != lanes_.end();) {
    auto& [to, x] = *i;
    if (has_open(to)) {
      ++i;
    } else if (x.alone.empty()) {
      let_go(std::move(x.behind));
      i = lanes_.erase(i);
    } else if (!ensure_client(now) || !hand(x.alone, now)) {
      return false;
    }
  }
  return true;
}

bool outbox::has_open(const topic_partition& to) const {
  return std::ranges::any_of(open_, [&](auto& x) {
    return may_go_to(x.second.record, to);
  });
}

/// Null: none that the record might go to.
outbox::lane* outbox::lane_of(const output& x) {
  auto i = std::ranges::find_if(lanes_,
                                [&](auto& y) { return may_go_to(x, y.first); });
  return i == lanes_.end() ? nullptr : &i->second;
}

/// Back to where they were, before all that came later.
void outbox::let_go(std::deque<entry> behind) {
  for (; !behind.empty(); behind.pop_back()) {
    auto& queue = behind.back().first ? first_ : waiting_;
    queue.push_front(std::move(behind.back()));
  }
}

/// One whose first record may go. Those that a lane holds up wait in it.
std::deque<outbox::entry>* outbox::next_queue() {
  for (auto* queue : {&first_, &waiting_})
    while (!queue->empty()) {
      auto* held_up_by = lane_of(queue->front().record);
      if (held_up_by == nullptr)
        return queue;
      held_up_by->behind.push_back(std::move(queue->front()));
      queue->pop_front();
    }
  return nullptr;
}

/// False: the client's queue is full.
bool outbox::hand(std::deque<entry>& from, time_point now) {
  auto sent = client_->send(from.front().token, from.front().record);
  if (sent && !*sent)
    return false;
  auto x = std::move(from.front());
  from.pop_front();
  auto token = x.token;
  topic_partition to{x.record.topic, x.record.partition.value_or(-1)};
  x.since = now;
  open_.emplace(token, std::move(x));
  if (!sent)
    on_event(kafka::record_written{token, to, -1, sent.failure()}, now);
  return true;
}

void outbox::pump(time_point now) {
  if (!pump_lanes(now))
    return;
  while (auto* queue = next_queue())
    if (!ensure_client(now) || !hand(*queue, now))
      return;
}

bool outbox::take_events(time_point now) {
  for (int i = 0; client_ && i < events_max; ++i) {
    auto x = client_->poll();
    if (!x) {
      pump(now);
      return true;
    }
    std::visit([&](const auto& y) { on_event(y, now); }, *x);
  }
  pump(now);
  return client_ == nullptr;
}

// -- its events ---------------------------------------------------------------

void outbox::on_event(const kafka::record_written& x, time_point) {
  auto node = open_.extract(x.token);
  if (!node)
    return; // cancelled, or overdue
  auto& record = node.mapped();
  // It may be the batch that is too large, or another record of it.
  if (x.failure.too_large && !record.alone) {
    record.alone = true;
    // Sent anew it might join the batch of another.
    if (x.where.partition >= 0)
      record.record.partition = x.where.partition;
    topic_partition to{record.record.topic,
                       record.record.partition.value_or(-1)};
    lanes_[to].alone.push_back(std::move(record));
    settings_.wake(); // also where the client refused it at once
    return;
  }
  record.tell(x);
}

void outbox::on_event(const kafka::topic_found& x, time_point) {
  answer(look_ups_, x);
}

void outbox::on_event(const kafka::topic_created& x, time_point) {
  answer(creations_, x);
}

void outbox::on_event(const kafka::client_error& x, time_point now) {
  // What becomes of the records is told for itself.
  settings_.log({core::log_level::warning, "PRODUCER", x.what.text});
  if (x.what.fatal)
    renew(x.what, now);
}

void outbox::on_event(const kafka::log_line& x, time_point) {
  settings_.log(x);
}

// -- on time ------------------------------------------------------------------

void outbox::look(time_point now) {
  while (take_overdue(now)) {
    // nop
  }
  drop_stuck(now);
  settings_.wake(); // for what waits, and for a wake-up that got lost
}

/// A report that does not come at all. True: one was told.
bool outbox::take_overdue(time_point now) {
  auto limit = settings_.timeout + report_grace;
  auto i = std::find_if(open_.begin(), open_.end(),
                        [&](auto& x) { return now - x.second.since >= limit; });
  if (i == open_.end())
    return false;
  auto x = std::move(i->second);
  open_.erase(i);
  x.tell(
    {x.token,
     {x.record.topic, -1},
     -1,
     error_of(errc::timed_out, "no delivery report within "
                                 + std::to_string(limit.count()) + " ms")});
  return true;
}

/// One that is larger than the whole queue.
void outbox::drop_stuck(time_point now) {
  auto* queue = client_ && open_.empty() ? next_queue() : nullptr;
  if (!queue || now - queue->front().since < settings_.timeout + report_grace)
    return;
  auto x = std::move(queue->front());
  queue->pop_front();
  x.tell({x.token,
          {x.record.topic, -1},
          -1,
          error_of(errc::timed_out, "the producer's queue has no room for a "
                                    "record of "
                                      + std::to_string(size_bytes(x.record))
                                      + " bytes: see "
                                        "queue-buffering-max-kbytes")});
}

} // namespace cafka::actors
