#pragma once

#include "broker_support/cluster.hpp"
#include "support/scratch_directory.hpp"

#include <cafka/record.hpp>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cafka::test {

/// A topic and a group of the same name that reads it, whose handler fails or
/// writes; its members are processes of test/failing_member, and what they
/// write. One thread. What cannot be had throws std::runtime_error.
class failing_group {
public:
  struct settings {
    int partitions = 1;
    std::string handler = "poison"; ///< see test/failing_member
    std::string retries = "1";      ///< a value of the config file
    std::string timeout = "30s";    ///< of a report
    /// How long a member may live: what must come comes on a busy machine, too;
    /// below what ctest gives a test.
    std::chrono::seconds patience{100};
    std::string dead_letter; ///< further lines of `dead-letter { … }`
    std::string producer;    ///< lines of `producer { … }`
  };

  failing_group(cluster& kafka, settings x);

  /// The topics that are read, that dead letters go to, and that `transform`
  /// writes to. The latter two are for the test to make.
  const std::string& topic() const noexcept {
    return topic_;
  }
  std::string dead() const {
    return "dlq." + topic_;
  }
  std::string out() const {
    return "out." + topic_;
  }

  /// Writes records, one behind the other.
  void write(partition_t partition, const std::vector<std::string>& values,
             const std::vector<header>& headers = {});
  /// Writes one to any topic; why it was refused.
  std::string try_write(const topic_partition& to, const std::string& value,
                        const std::vector<header>& headers = {});

  /// A member of the group, always the one of the same instance id: what one
  /// that was killed held it has at once. `death`: see test/failing_member.
  std::unique_ptr<app_process> start(const std::string& death = {});
  /// The line that it writes when the partition is committed up to there.
  std::string committed_line(offset_t offset, partition_t partition = 0) const;
  /// What the broker says.
  offset_t committed(partition_t partition = 0);

  /// The dead letters of the partition's records: how many of each.
  std::map<offset_t, int> letters(partition_t partition = 0);
  /// The offsets of the partition's records in lines `handled …` of `out`.
  std::set<offset_t> handled(const std::string& out,
                             partition_t partition = 0) const;
  /// All that is wrong with the outputs of the partition, whose first `count`
  /// records were handled: one is missing, or comes before an earlier one came
  /// for the first time. Nothing is good.
  std::string wrong_outputs(offset_t count, partition_t partition = 0);

private:
  cluster& kafka_;
  std::string topic_;
  scratch_directory files_;
  std::chrono::seconds patience_;
  std::string config_;
};

} // namespace cafka::test
