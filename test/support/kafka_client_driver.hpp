#pragma once

#include "kafka/consumer.hpp"
#include "kafka/mock_cluster.hpp"
#include "kafka/producer.hpp"
#include "support/kafka_bell.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cafka::test {

/// Settings with which the mock cluster's groups move fast: it rebalances after
/// session.timeout.ms - 1 s, and with 2 s it never did.
inline kafka::properties member_of(const kafka::mock_cluster& cluster,
                                   const std::string& group,
                                   const kafka::properties& more = {}) {
  auto result = more;
  result.merge(kafka::properties{{"bootstrap.servers", cluster.endpoints()},
                                 {"group.id", group},
                                 {"session.timeout.ms", "4000"},
                                 {"heartbeat.interval.ms", "100"},
                                 {"fetch.wait.max.ms", "50"},
                                 {"reconnect.backoff.max.ms", "200"}});
  return result;
}

/// A member of a group without brokers.
inline const kafka::properties nowhere{{"bootstrap.servers", "127.0.0.1:1"},
                                       {"group.id", "g"}};

/// Drives one client as the actor does: polls when it is woken, accepts what it
/// is assigned, gives back what is revoked, and keeps every event.
class client_driver {
public:
  client_driver(bell& b, const kafka::properties& props) : bell_(b) {
    auto client = kafka::consumer::open(props, [&b] { b.ring(); });
    if (!client)
      throw std::runtime_error(client.failure().text);
    client_ = std::move(*client);
  }

  kafka::consumer& operator*() {
    return *client_;
  }
  kafka::consumer* operator->() {
    return client_.get();
  }
  std::unique_ptr<kafka::consumer> release() {
    return std::move(client_);
  }

  /// Where partitions begin that are assigned from now on; earliest otherwise.
  void begin_at(const topic_partition& tp, offset_t begin) {
    begins_[tp] = begin;
  }

  /// Leaves rebalance events to the test.
  void answer_rebalances(bool x) {
    answers_ = x;
  }

  /// Takes over all events that wait.
  void pump() {
    while (auto event = client_->poll())
      handle(std::move(*event));
  }

  /// Awaits an event of type `T` that `accept` likes and takes it out.
  template <class T, class Predicate>
  std::optional<T> await(Predicate accept, std::chrono::milliseconds limit
                                           = std::chrono::seconds{20}) {
    std::optional<T> result;
    bell_.await(
      [&] {
        pump();
        result = extract<T>(accept);
        return result.has_value();
      },
      limit);
    return result;
  }
  /// Takes out an event of type `T` if one has come.
  template <class T>
  std::optional<T> take() {
    return extract<T>([](const T&) { return true; });
  }

  template <class T>
  std::optional<T> await() {
    return await<T>([](const T&) { return true; });
  }

  void subscribe(const std::vector<std::string>& topics) {
    if (auto failure = client_->subscribe(topics))
      throw std::runtime_error(failure.text);
  }

  /// Joins the group and accepts its first assignment, which takes the mock
  /// cluster of librdkafka 2.0 3 s.
  std::vector<topic_partition> join(const std::vector<std::string>& topics) {
    subscribe(topics);
    auto event = await<kafka::assigned>();
    return event ? event->partitions : std::vector<topic_partition>{};
  }

  const core::record_source_ptr& source(const topic_partition& tp) {
    return sources_.at(tp);
  }

  void accept(const kafka::assigned& event) {
    std::vector<kafka::partition_offset> begins;
    for (auto& tp : event.partitions) {
      auto i = begins_.find(tp);
      begins.push_back(
        {tp, i != begins_.end() ? i->second : kafka::offset_earliest});
      auto source = client_->open_source(tp, begins.back().offset);
      source->on_ready([&b = bell_] { b.ring(); });
      sources_[tp] = std::move(source);
    }
    if (auto failure = client_->assign(begins))
      throw std::runtime_error(failure.text);
  }

  void give_back(const kafka::revoked& event) {
    if (auto failure = client_->unassign(event.partitions))
      throw std::runtime_error(failure.text);
  }

private:
  void handle(kafka::client_event event) {
    if (auto* x = std::get_if<kafka::assigned>(&event); x && answers_)
      accept(*x);
    if (auto* x = std::get_if<kafka::revoked>(&event); x && answers_)
      give_back(*x);
    events_.push_back(std::move(event));
  }

  template <class T, class Predicate>
  std::optional<T> extract(Predicate accept) {
    auto i = std::find_if(events_.begin(), events_.end(), [&](auto& x) {
      auto* content = std::get_if<T>(&x);
      return content != nullptr && accept(*content);
    });
    if (i == events_.end())
      return std::nullopt;
    auto result = std::get<T>(std::move(*i));
    events_.erase(i);
    return result;
  }

  bell& bell_;
  std::unique_ptr<kafka::consumer> client_;
  bool answers_ = true;
  std::deque<kafka::client_event> events_;
  std::map<topic_partition, offset_t> begins_;
  std::map<topic_partition, core::record_source_ptr> sources_;
};

/// A window that never closes.
inline core::flow_window open_window() {
  auto max = std::numeric_limits<std::size_t>::max();
  return {max, max};
}

inline core::fetched drain(core::record_source& source,
                           std::size_t records_max = 1000) {
  return source.drain(records_max, open_window(), {}, 0);
}

inline std::vector<offset_t> offsets_of(const core::fetched& x) {
  std::vector<offset_t> result;
  for (std::size_t i = 0; x.block && i < x.block->size(); ++i)
    result.push_back(x.block->offset_at(i));
  return result;
}

/// `first`, `first + 1`, … up to before `last`.
inline std::vector<offset_t> offsets(offset_t first, offset_t last) {
  std::vector<offset_t> result;
  for (auto i = first; i < last; ++i)
    result.push_back(i);
  return result;
}

/// Drains until `count` records were seen; fewer: time is up.
inline std::vector<offset_t> read(bell& b, core::record_source& source,
                                  std::size_t count) {
  std::vector<offset_t> result;
  b.await([&] {
    for (auto more = true; more && result.size() < count;) {
      auto x = drain(source, count - result.size());
      for (auto offset : offsets_of(x))
        result.push_back(offset);
      more = x.more;
    }
    return result.size() == count;
  });
  return result;
}

/// Drains and drops everything until a drain shows what `accept` likes.
template <class Predicate>
bool drain_until(bell& b, core::record_source& source, Predicate accept) {
  return b.await([&] {
    for (auto more = true; more;) {
      auto x = drain(source);
      if (accept(x))
        return true;
      more = x.more;
    }
    return false;
  });
}

/// Appends records to a cluster's partitions.
class appender {
public:
  explicit appender(const kafka::mock_cluster& cluster) {
    // One `append` is one batch, sent by its flush, however long it takes to
    // fill; a consumer gets a batch as a whole.
    auto out = kafka::producer::open(
      {{"bootstrap.servers", cluster.endpoints()}, {"linger.ms", "60000"}},
      [this](std::uint64_t tag, partition_t, offset_t, const kafka::error& x) {
        failures_ += x && tag != of_no_partition ? 1 : 0;
      });
    if (!out)
      throw std::runtime_error(out.failure().text);
    out_ = std::move(*out);
  }

  /// Appends `count` records of keys `k0`, `k1`, … and values `v0…`, `v1…`,
  /// lengthened by `padding` bytes.
  void append(const topic_partition& tp, int count, std::size_t padding = 0) {
    await_topic(tp.topic);
    for (auto i = 0; i < count; ++i)
      send(tp, "k" + std::to_string(i),
           "v" + std::to_string(i) + std::string(padding, '.'));
    finish();
  }

  void append(const topic_partition& tp, optional_bytes key,
              optional_bytes value, const std::vector<header>& headers,
              std::int64_t timestamp_ms) {
    send(tp, key, value, headers, timestamp_ms);
    finish();
  }

private:
  static constexpr std::uint64_t of_no_partition = 1;

  /// Records of a topic that the client does not know yet become several
  /// batches. It knows it when it refuses a record for a partition that is
  /// none.
  void await_topic(const std::string& topic) {
    if (!known_.insert(topic).second)
      return;
    send({topic, 1'000'000}, "k", "v", {}, 0, of_no_partition);
    finish();
  }

  void send(const topic_partition& tp, optional_bytes key, optional_bytes value,
            const std::vector<header>& headers = {},
            std::int64_t timestamp_ms = 0, std::uint64_t tag = 0) {
    while (true) {
      auto sent = out_->send(tp.topic, tp.partition, key, value, tag, headers,
                             timestamp_ms);
      if (!sent && tag == of_no_partition)
        return; // it is known already
      if (!sent)
        throw std::runtime_error(sent.failure().text);
      if (*sent)
        return;
      out_->poll(std::chrono::milliseconds{10}); // the queue is full
    }
  }

  void finish() {
    if (!out_->flush(std::chrono::seconds{10}) || failures_ != 0)
      throw std::runtime_error("records could not be appended");
  }

  int failures_ = 0;
  std::set<std::string> known_;
  std::unique_ptr<kafka::producer> out_;
};

} // namespace cafka::test
