#pragma once

#include "kafka/consumer.hpp"

#include <cafka/record.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>

namespace cafka::kafka {

/// Reads ranges of partitions once, from the first to the last record in them,
/// and may commit how far it came. A member of no group: commits are taken
/// while the group of its `group.id` has no members. Every call blocks; for
/// programs, not for actors.
class topic_reader {
public:
  using ranges = std::map<topic_partition, offset_range>;

  /// `props` as for a consumer: bootstrap.servers and group.id are required.
  static result<std::unique_ptr<topic_reader>> open(const properties& props,
                                                    const ranges& what);
  ~topic_reader();
  topic_reader(const topic_reader&) = delete;
  topic_reader& operator=(const topic_reader&) = delete;

  /// True: all was read.
  bool finished() const noexcept;

  /// The next record, in order within its partition; nothing: none came within
  /// `limit`, or all was read.
  result<std::optional<owned_record>> next(std::chrono::milliseconds limit);

  /// The offsets of the records to go on with.
  error commit(const std::map<topic_partition, offset_t>& next,
               std::chrono::milliseconds limit);

private:
  struct impl;
  explicit topic_reader(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
