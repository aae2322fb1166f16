#pragma once

#include "kafka/consumer.hpp"
#include "kafka/handles.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace cafka::kafka {

/// Asks the brokers how many partitions topics have. librdkafka's call for that
/// blocks, and one that does not came only with 2.3; so it is made on a thread,
/// which must end before the client does.
class partition_counter {
public:
  /// `done` is called on that thread.
  partition_counter(rd_kafka_t* client, std::function<void()> done);
  ~partition_counter();
  partition_counter(const partition_counter&) = delete;
  partition_counter& operator=(const partition_counter&) = delete;

  /// While one count runs its answer is awaited, and no other begins.
  void start(std::vector<std::string> topics,
             std::chrono::milliseconds timeout);

  /// The answer, once.
  std::optional<partitions_counted> take();

  /// Waits for a count that runs, at most for its timeout.
  void end();

private:
  partitions_counted count(const std::vector<std::string>& topics,
                           time_point deadline) const;
  error count(const std::string& topic, time_point deadline,
              partitions_counted& to) const;

  rd_kafka_t* client_;
  std::function<void()> done_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
  std::mutex mutex_; // guards the two below
  bool running_ = false;
  std::optional<partitions_counted> answer_;
};

} // namespace cafka::kafka
