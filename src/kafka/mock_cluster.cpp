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

rd_kafka_mock_cluster_s* mock_cluster::native() const noexcept {
  return impl_->cluster;
}

} // namespace cafka::kafka
