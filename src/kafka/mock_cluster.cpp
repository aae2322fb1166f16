#include "kafka/mock_cluster.hpp"

#include "kafka/handles.hpp"

#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <stdexcept>

namespace cafka::kafka {

namespace {

// The cluster runs in the threads of a client that does nothing else.
rd_kafka_t* make_host() {
  conf_ptr conf{rd_kafka_conf_new()};
  std::array<char, 512> words{};
  // Warnings only: it would note that it has no brokers to talk to.
  rd_kafka_conf_set(conf.get(), "log_level", "4", words.data(), words.size());
  auto* result = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), words.data(),
                              words.size());
  if (result == nullptr)
    throw std::runtime_error(std::string{"mock cluster: "} + words.data());
  conf.release();
  return result;
}

} // namespace

struct mock_cluster::impl {
  explicit impl(int brokers)
    : host(make_host()), cluster(rd_kafka_mock_cluster_new(host, brokers)) {
    if (cluster == nullptr) {
      rd_kafka_destroy(host);
      throw std::runtime_error("mock cluster: no sockets");
    }
    endpoints = rd_kafka_mock_cluster_bootstraps(cluster);
  }
  ~impl() {
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  rd_kafka_t* host;
  rd_kafka_mock_cluster_t* cluster;
  std::string endpoints;
};

mock_cluster::mock_cluster(int brokers)
  : impl_(std::make_unique<impl>(brokers)) {
}

mock_cluster::~mock_cluster() = default;

const std::string& mock_cluster::endpoints() const noexcept {
  return impl_->endpoints;
}

void mock_cluster::create_topic(const std::string& name, int partitions) {
  rd_kafka_mock_topic_create(impl_->cluster, name.c_str(), partitions,
                             /* replication_factor */ 1);
}

void mock_cluster::fail_topic(const std::string& name, std::int16_t code) {
  rd_kafka_mock_topic_set_error(impl_->cluster, name.c_str(),
                                static_cast<rd_kafka_resp_err_t>(code));
}

void mock_cluster::inject(std::int16_t api_key,
                          const std::vector<std::int16_t>& errors) {
  std::vector<rd_kafka_resp_err_t> native;
  native.reserve(errors.size());
  for (auto x : errors)
    native.push_back(static_cast<rd_kafka_resp_err_t>(x));
  rd_kafka_mock_push_request_errors_array(impl_->cluster, api_key,
                                          native.size(), native.data());
}

void mock_cluster::clear_injected(std::int16_t api_key) {
  rd_kafka_mock_clear_request_errors(impl_->cluster, api_key);
}

void mock_cluster::set_broker_down(std::int32_t id) {
  rd_kafka_mock_broker_set_down(impl_->cluster, id);
}

void mock_cluster::set_broker_up(std::int32_t id) {
  rd_kafka_mock_broker_set_up(impl_->cluster, id);
}

void mock_cluster::set_round_trip(std::int32_t id,
                                  std::chrono::milliseconds x) {
  rd_kafka_mock_broker_set_rtt(impl_->cluster, id, static_cast<int>(x.count()));
}

void mock_cluster::set_group_coordinator(const std::string& group,
                                         std::int32_t id) {
  rd_kafka_mock_coordinator_set(impl_->cluster, "group", group.c_str(), id);
}

} // namespace cafka::kafka
