#pragma once

#include "support/app_process.hpp"

#include <cafka/types.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::test {

/// A name for a topic or a group that no other test, and no earlier run, has.
std::string unique_name();

/// An Apache Kafka that `script/kafka` started, and what its operator does to
/// it. One thread at a time. What fails throws std::runtime_error.
class cluster {
public:
  /// The one in the build directory's folder `name`, or in the one that the
  /// environment's CAFKA_CLUSTER names. Where it does not run the test ends
  /// with the line `SKIPPED: …`, which ctest looks for.
  explicit cluster(const std::string& name);
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// For `bootstrap.servers`; `listener`: bootstrap, sasl, sasl-tls, tls,
  /// tls-expired, tls-mutual.
  std::string endpoints(const std::string& listener = "bootstrap") const;
  /// A file in the cluster's folder.
  std::string path(const std::string& file) const;

  // -- brokers, numbered from 1 -----------------------------------------------

  int size() const;
  /// stop, kill, pause, continue, start: see script/kafka. The process that
  /// does it; a `start` ends when the broker serves, with 0.
  std::unique_ptr<app_process> node(int number, const std::string& verb);
  /// Starts and continues whatever does not run, and waits until each partition
  /// has all its replicas in sync.
  void heal();
  /// Whether all brokers serve and each partition has all its replicas in sync.
  bool is_whole();

  // -- topics -----------------------------------------------------------------

  using settings = std::map<std::string, std::string>;
  void create_topic(const std::string& name, int partitions,
                    const settings& config = {});
  /// The same with one replica of each partition, all at this broker: while it
  /// is away nobody leads them.
  void create_topic_at(int broker, const std::string& name, int partitions);
  void delete_topic(const std::string& name);
  /// To so many partitions in all.
  void grow_topic(const std::string& name, int partitions);
  /// Replaces the topic's own settings.
  void configure_topic(const std::string& name, const settings& config);
  /// As retention would: what stands below is gone.
  void delete_records(const topic_partition& tp, offset_t below);
  /// What the broker holds, [first, end); nothing: it does not say.
  std::optional<offset_range> range(const topic_partition& tp);

  // -- groups -----------------------------------------------------------------

  using offsets = std::map<topic_partition, offset_t>;
  /// What the group has committed, if an answer came since the last call; then,
  /// and at the first call, asks anew. Does not wait.
  std::optional<offsets> poll_committed(const std::string& group,
                                        const std::vector<topic_partition>& of);
  /// The broker that coordinates the group, 0: nobody says.
  int coordinator(const std::string& group);
  /// The broker that leads the partition, 0: nobody says.
  int leader(const topic_partition& tp);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::test
