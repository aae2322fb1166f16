#pragma once

#include "kafka/producer.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace cafka::bench {

/// Writes payloads of one size for benchmarks. One thread. What cannot be had
/// throws std::runtime_error.
class feed {
public:
  /// `linger_ms`: how long a record may wait for others.
  feed(const std::string& endpoints, std::string topic, std::size_t size_bytes,
       double linger_ms);

  /// So many, evenly over the partitions, as fast as the brokers take them.
  void fill(std::uint64_t count, int partitions);

  /// `per_s` for `duration_s`, evenly over the partitions from 0 on, each with
  /// the time it was sent, or 0 while nothing is to be measured. How many.
  std::uint64_t pace(int per_s, double duration_s, int partitions,
                     bool measured);

private:
  void send(partition_t to, std::int64_t sent_ns);
  void flush();

  const std::string topic_;
  std::string payload_;
  std::uint64_t failed_ = 0;
  std::unique_ptr<kafka::producer> producer_;
};

} // namespace cafka::bench
