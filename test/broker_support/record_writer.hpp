#pragma once

#include "kafka/producer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace cafka::test {

/// Writes the records of one topic, evenly over its partitions, whatever
/// happens to the brokers; what these do not take for a minute it gives up. One
/// thread. What cannot be had throws std::runtime_error.
class record_writer {
public:
  /// The broker took a record.
  using report = std::function<void(partition_t, offset_t)>;

  /// `keys`: so many take turns; 0: the records have none.
  record_writer(const std::string& endpoints, std::string topic, int partitions,
                int keys, report on_written);

  /// The partitions that records go to from now on.
  void partitions(int count) {
    partitions_ = count;
  }
  /// Writes so many, and waits for the brokers' answers up to `limit`.
  void write(int count, std::chrono::milliseconds limit);
  /// From now on `turn` writes, 1,000 records/s: enough for any moment to have
  /// some on their way.
  void keep_writing(bool on) {
    on_ = on;
  }
  /// Does what is due, without waiting.
  void turn();
  /// How many records the brokers have not answered for.
  std::uint64_t unanswered() const {
    return sent_ - reported_;
  }

private:
  bool send_one();

  const std::string topic_;
  const int keys_;
  int partitions_;
  std::unique_ptr<kafka::producer> producer_;
  bool on_ = false;
  std::chrono::steady_clock::time_point next_;
  std::uint64_t sent_ = 0;
  std::uint64_t reported_ = 0;
  std::uint64_t given_up_ = 0; // of those reported
};

} // namespace cafka::test
