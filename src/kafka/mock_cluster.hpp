#pragma once

#include <memory>
#include <string>

struct rd_kafka_mock_cluster_s; // librdkafka's

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
  /// librdkafka's own handle of it, for what tests do to it.
  rd_kafka_mock_cluster_s* native() const noexcept;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
