#include "bench/feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

namespace cafka::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto flush_limit = 60s;

/// Between two sends of a paced feed: below what is measured.
constexpr auto step = 1ms;

/// As long it writes to one partition, then to the next.
constexpr double run_s = 0.005;

} // namespace

feed::feed(const std::string& endpoints, std::string topic,
           std::size_t size_bytes, double linger_ms)
  : topic_(std::move(topic)), payload_(size_bytes, 'x') {
  auto made = kafka::producer::open(
    {{"bootstrap.servers", endpoints},
     {"linger.ms", fmt::format("{}", linger_ms)},
     {"queue.buffering.max.messages", "1000000"},
     {"queue.buffering.max.kbytes", "1048576"},
     {"log_level", "0"}},
    [this](std::uint64_t, partition_t, offset_t, const kafka::error& x) {
      if (x)
        ++failed_;
    });
  if (!made)
    throw std::runtime_error(made.failure().text);
  producer_ = std::move(*made);
}

void feed::send(partition_t to, std::int64_t sent_ns) {
  std::memcpy(payload_.data(), &sent_ns, sizeof(sent_ns));
  for (;;) {
    auto taken = producer_->send(topic_, to, std::nullopt, payload_, 0);
    if (taken && *taken)
      return;
    if (!taken)
      throw std::runtime_error("produce: " + taken.failure().text);
    producer_->poll(10ms);
  }
}

void feed::flush() {
  if (!producer_->flush(flush_limit) || failed_ != 0)
    throw std::runtime_error("the records of " + topic_
                             + " cannot be produced");
}

void feed::fill(std::uint64_t count, int partitions) {
  // In runs, so that each partition's batches are full.
  constexpr std::uint64_t run = 1'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    send(static_cast<partition_t>(i / run
                                  % static_cast<std::uint64_t>(partitions)),
         0);
    if (i % run == 0)
      producer_->poll(0ms);
  }
  flush();
}

std::uint64_t feed::pace(int per_s, double duration_s, int partitions,
                         bool measured) {
  auto total = static_cast<std::uint64_t>(per_s * duration_s);
  // In runs, so that the brokers do not append a batch for each record.
  auto run = std::max<std::uint64_t>(static_cast<std::uint64_t>(per_s * run_s),
                                     1);
  auto begin = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  for (auto next = begin; sent < total; next += step) {
    std::this_thread::sleep_until(next); // the pace is what is fed
    auto passed
      = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin);
    auto due = std::min(total,
                        static_cast<std::uint64_t>(passed.count() * per_s));
    for (; sent < due; ++sent)
      send(static_cast<partition_t>(sent / run
                                    % static_cast<std::uint64_t>(partitions)),
           measured ? std::chrono::nanoseconds{std::chrono::system_clock::now()
                                                 .time_since_epoch()}
                        .count()
                    : 0);
    producer_->poll(0ms);
  }
  flush();
  return total;
}

} // namespace cafka::bench
