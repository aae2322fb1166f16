#pragma once

#include "kafka/consumer.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cafka::kafka {

/// Asks the brokers about topics and about the offsets of a group that it never
/// joins. Every question blocks, for `limit` at most; for programs, not for
/// actors.
class offset_lookup {
public:
  using offsets = std::map<topic_partition, offset_t>;

  /// `props` as for a consumer: bootstrap.servers and group.id are required.
  static result<std::unique_ptr<offset_lookup>>
  open(const properties& props, std::chrono::milliseconds limit);
  ~offset_lookup();
  offset_lookup(const offset_lookup&) = delete;
  offset_lookup& operator=(const offset_lookup&) = delete;

  /// The partitions of a topic, by their numbers.
  result<std::vector<topic_partition>> partitions_of(const std::string& topic);

  /// The group's committed offsets; partitions without one are missing.
  result<offsets> committed(const std::vector<topic_partition>& xs);

  /// The readable ends: offsets of the next records to be written, or of the
  /// first open transaction.
  result<offsets> ends(const std::vector<topic_partition>& xs);

private:
  struct impl;
  explicit offset_lookup(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
