#pragma once

#include "kafka/mock_cluster.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cafka::test {

/// A mock cluster whose brokers fail as a test tells them.
class faulty_cluster : public kafka::mock_cluster {
public:
  using mock_cluster::mock_cluster;

  /// Whatever is asked of the topic is answered with this error code of the
  /// Kafka protocol.
  void fail_topic(const std::string& name, std::int16_t code) {
    rd_kafka_mock_topic_set_error(native(), name.c_str(),
                                  static_cast<rd_kafka_resp_err_t>(code));
  }
  /// The next requests of this Kafka API key (Kafka protocol: 8 OffsetCommit,
  /// 9 OffsetFetch, 12 Heartbeat, 1 Fetch, …) are answered with these error
  /// codes of the protocol, one each.
  void inject(std::int16_t api_key, const std::vector<std::int16_t>& errors) {
    std::vector<rd_kafka_resp_err_t> codes;
    for (auto x : errors)
      codes.push_back(static_cast<rd_kafka_resp_err_t>(x));
    rd_kafka_mock_push_request_errors_array(native(), api_key, codes.size(),
                                            codes.data());
  }
  /// Forgets what `inject` left for this API key.
  void clear_injected(std::int16_t api_key) {
    rd_kafka_mock_clear_request_errors(native(), api_key);
  }
  /// Broker ids count from 1.
  void set_broker_down(std::int32_t id) {
    rd_kafka_mock_broker_set_down(native(), id);
  }
  void set_broker_up(std::int32_t id) {
    rd_kafka_mock_broker_set_up(native(), id);
  }
  /// Answers of this broker take that long.
  void set_round_trip(std::int32_t id, std::chrono::milliseconds x) {
    rd_kafka_mock_broker_set_rtt(native(), id, static_cast<int>(x.count()));
  }
};

} // namespace cafka::test
