// A cluster that a group brings, as a program's own tests use it.

#include "support/group_fixture.hpp"

#include <librdkafka/rdkafka.h>

using namespace cafka;
using namespace cafka::test;
using namespace std::chrono_literals;

namespace {

/// A client of librdkafka's that knows the endpoints and nothing else.
class outside_client {
public:
  explicit outside_client(const std::string& endpoints) {
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", endpoints.c_str(), nullptr, 0);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    REQUIRE(client_ != nullptr);
  }
  ~outside_client() {
    rd_kafka_destroy(client_);
  }
  outside_client(const outside_client&) = delete;
  outside_client& operator=(const outside_client&) = delete;

  int partitions_of(const char* topic) {
    auto* handle = rd_kafka_topic_new(client_, topic, nullptr);
    const struct rd_kafka_metadata* found = nullptr;
    auto failure = rd_kafka_metadata(client_, 0, handle, &found, wait_ms);
    rd_kafka_topic_destroy(handle);
    REQUIRE(failure == RD_KAFKA_RESP_ERR_NO_ERROR);
    auto result = found->topic_cnt == 1 ? found->topics[0].partition_cnt : -1;
    rd_kafka_metadata_destroy(found);
    return result;
  }

  /// One record, delivered.
  void produce(const char* topic, partition_t partition) {
    auto failure = rd_kafka_producev(client_, RD_KAFKA_V_TOPIC(topic),
                                     RD_KAFKA_V_PARTITION(partition),
                                     RD_KAFKA_V_END);
    REQUIRE(failure == RD_KAFKA_RESP_ERR_NO_ERROR);
    REQUIRE(rd_kafka_flush(client_, wait_ms) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

private:
  static constexpr int wait_ms = 30'000;
  rd_kafka_t* client_ = nullptr;
};

} // namespace

TEST_CASE("a program produces into the cluster of its embedded group, which "
          "has the topics and partitions that were chosen") {
  group_fixture f;
  auto options = f.options();
  options.config.endpoints = {};
  options.config.embedded = true;
  options.embedded_topics = {{"t", 2}, {"other", 3}};
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK(f.await_event(event_kind::assigned, 2));
  auto endpoints = embedded_endpoints(*f.group);
  REQUIRE(endpoints);
  outside_client client{*endpoints};
  CHECK(client.partitions_of("t") == 2);
  CHECK(client.partitions_of("other") == 3);
  client.produce("t", 1);
  CHECK(f.await_committed(1, 1));
  CHECK(f.delivered(1) == up_to(1));
  CHECK(f.count(event_kind::assigned) == 2);
  f.stop();
  CHECK_FALSE(embedded_endpoints(*f.group));
}

TEST_CASE("a group that is not embedded has no cluster to produce into") {
  group_fixture f;
  auto options = f.options();
  options.handler = f.noting(ack_all);
  f.start(options);
  CHECK_FALSE(embedded_endpoints(*f.group));
  CHECK_FALSE(embedded_endpoints({}));
}
