#pragma once

#include <cafka/config.hpp>

#include <map>
#include <string>
#include <vector>

namespace cafka::app {

/// The command line of `cafka verifiable-consumer`; the names and the
/// defaults are those of Apache Kafka's VerifiableConsumer.
struct verifiable_options {
  std::string endpoints; ///< host:port,…
  std::string topic;
  std::string group;
  std::string group_instance_id; ///< empty: a dynamic member
  long session_timeout_ms = 30'000;
  bool autocommit = false;
  long records_max = -1; ///< negative: no bound
  std::string reset_policy = "earliest";
  std::string strategy = "org.apache.kafka.clients.consumer.RangeAssignor";
  bool verbose = false;
};

/// For `--reset-policy` and `--assignment-strategy`.
std::vector<std::string> reset_policies();
std::vector<std::string> strategies();

/// The group of these options, with the properties of a consumer of the Java
/// client that cafka has settings for; the others are librdkafka's.
struct verifiable_config {
  group_config config;
  std::vector<std::string> errors; ///< in the words of the command line
};

/// The options, also by their defaults, go over `properties`, as in
/// the model. Errors name all that is wrong.
verifiable_config make_config(const verifiable_options& options,
                              std::map<std::string, std::string> properties);

} // namespace cafka::app
