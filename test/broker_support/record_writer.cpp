#include "broker_support/record_writer.hpp"

#include <stdexcept>

namespace cafka::test {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto pace = 20ms;
constexpr int records_at_once = 20;

kafka::properties properties_for(const std::string& endpoints) {
  return {{"bootstrap.servers", endpoints},
          // An idempotent one ends for good when brokers lose their memory of
          // it.
          {"acks", "all"},
          {"max.in.flight", "1"},
          {"linger.ms", "5"},
          // Where a leader and its predecessor both say that they lead,
          // librdkafka (2.0.2 to 2.15, its pull request 5593) may keep a
          // partition at the wrong one for good. A scenario waits longer.
          {"message.timeout.ms", "60000"},
          {"log_level", "0"},
          // New partitions, before the members notice them.
          {"topic.metadata.refresh.interval.ms", "100"},
          {"reconnect.backoff.max.ms", "200"}};
}

} // namespace

record_writer::record_writer(const std::string& endpoints, std::string topic,
                             int partitions, int keys, report on_written)
  : topic_(std::move(topic)), keys_(keys), partitions_(partitions) {
  auto made = kafka::producer::open(
    properties_for(endpoints), [this, on_written = std::move(on_written)](
                                 std::uint64_t, partition_t p, offset_t offset,
                                 const kafka::error& failure) {
      ++reported_;
      if (failure)
        ++given_up_;
      else
        on_written(p, offset);
    });
  if (!made)
    throw std::runtime_error(made.failure().text);
  producer_ = std::move(*made);
}

/// False: the queue is full, or the topic or its partition is not known yet.
bool record_writer::send_one() {
  auto text = std::to_string(sent_);
  std::string key;
  if (keys_ != 0)
    key = std::to_string(sent_ % static_cast<std::uint64_t>(keys_));
  auto to
    = static_cast<partition_t>(sent_ % static_cast<std::uint64_t>(partitions_));
  auto taken = producer_->send(
    topic_, to, key.empty() ? std::nullopt : optional_bytes{key}, text, sent_);
  if (taken && *taken)
    ++sent_;
  else if (!taken && !taken.failure().text.starts_with("_UNKNOWN_"))
    throw std::runtime_error("produce: " + taken.failure().text);
  return taken && *taken;
}

void record_writer::write(int count, std::chrono::milliseconds limit) {
  auto given_up = given_up_;
  for (auto end = sent_ + static_cast<std::uint64_t>(count); sent_ < end;)
    producer_->poll(send_one() ? 0ms : pace);
  if (!producer_->flush(limit) || given_up_ != given_up)
    throw std::runtime_error("the records cannot be produced");
}

void record_writer::turn() {
  producer_->poll(0ms);
  if (!on_ || clock::now() < next_)
    return;
  next_ = clock::now() + pace;
  for (int i = 0; i < records_at_once; ++i)
    send_one();
}

} // namespace cafka::test
