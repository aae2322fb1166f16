#pragma once

#include "broker_support/cluster.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cafka::test {

/// What a `scenario` begins with.
struct scenario_options {
  int partitions = 6;
  /// Class names of Kafka's: RangeAssignor, RoundRobinAssignor,
  /// CooperativeStickyAssignor.
  std::string assignor = "CooperativeStickyAssignor";
  cluster::settings topic;
  /// Further properties of every member, name=value.
  std::vector<std::string> properties;
  std::string reset_policy = "earliest"; // or latest
  int session_timeout_ms = 6'000;
  int keys = 0; ///< see record_writer
  /// How long anything may take: beyond what goes well, also on a busy
  /// machine; below what ctest gives a test.
  std::chrono::seconds patience{90};
};

} // namespace cafka::test
