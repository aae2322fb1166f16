#pragma once

#include "kafka/error.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cafka::kafka {

/// librdkafka's mock cluster in this process: real sockets on loopback, no
/// disk. Keeps 5 MiB and 100,000 records per partition, older ones vanish.
class mock_cluster {
public:
  /// As many as it gives to topics that it makes itself, for a producer (until
  /// librdkafka 2.0 also for a consumer).
  static constexpr int default_partitions = 4;

  explicit mock_cluster(int brokers = 1);
  ~mock_cluster();
  mock_cluster(const mock_cluster&) = delete;
  mock_cluster& operator=(const mock_cluster&) = delete;

  /// For `bootstrap.servers`: `127.0.0.1:port,…`.
  const std::string& endpoints() const noexcept;
  /// A topic that exists stays as it is.
  void create_topic(const std::string& name,
                    int partitions = default_partitions);
  /// Whatever is asked of the topic is answered with this error code of the
  /// Kafka protocol.
  void fail_topic(const std::string& name, std::int16_t code);
  /// The next requests of this Kafka API key (Kafka protocol: 8 OffsetCommit,
  /// 9 OffsetFetch, 12 Heartbeat, 1 Fetch, …) are answered with these error
  /// codes of the protocol, one each.
  void inject(std::int16_t api_key, const std::vector<std::int16_t>& errors);
  /// Forgets what `inject` left for this API key.
  void clear_injected(std::int16_t api_key);
  /// Broker ids count from 1.
  void set_broker_down(std::int32_t id);
  void set_broker_up(std::int32_t id);
  /// Answers of this broker take that long.
  void set_round_trip(std::int32_t id, std::chrono::milliseconds x);
  /// Lets the group's coordinator be that broker.
  void set_group_coordinator(const std::string& group, std::int32_t id);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
