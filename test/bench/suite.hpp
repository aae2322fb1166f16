#pragma once

#include "bench/peer.hpp"
#include "broker_support/cluster.hpp"

#include <map>
#include <string>
#include <vector>

namespace cafka::bench {

/// How much is measured. The smoke is for what runs at all.
struct effort {
  int rounds = 3;
  bool smoke = false;
  std::vector<peer> others; ///< compared in throughput, too

  std::uint64_t records(std::uint64_t full, std::uint64_t few) const {
    return smoke ? few : full;
  }
  double seconds(double full) const {
    return smoke ? 0.5 : full;
  }
};

/// What producers write in one request for a partition.
enum class batches : std::uint8_t {
  full,     ///< 1,000 records, in one go
  ordinary, ///< 16 KB: Kafka's own producer with its defaults
};

struct load {
  std::size_t size_bytes = 0;
  std::uint64_t count = 0;
  int partitions = 0;
  batches written = batches::full;
};

/// What the rows of a table say, in the order of its columns.
struct cell {
  std::string column;
  std::string text;
};
struct table {
  std::string title;
  std::string note; ///< what the columns are
  std::vector<std::vector<cell>> rows;
};

/// As Markdown.
std::string to_string(const table& x);
nlohmann::ordered_json to_json(const table& x);

/// The benchmarks, each with its table. One thread.
class suite {
public:
  suite(test::cluster& kafka, effort x) : kafka_(kafka), effort_(x) {
  }

  /// Their names, in the order in which all of them run.
  static std::vector<std::string> names();
  table run(const std::string& name);

private:
  table throughput();
  table failure();
  table latency();
  table assignment();
  table blocking();
  table catch_up();
  table lag();
  table outputs();
  table poison();
  table programs();

  /// What every run is told; its group is a new one.
  environment settings(const std::string& topic) const;
  /// A topic with these payloads; made once.
  std::string filled_topic(const load& x);
  void require_written(const std::string& topic, int count_of_partitions,
                       std::uint64_t count);
  void await_leaders(const std::string& topic, int partitions);
  /// By Kafka's kafka-producer-perf-test.
  void fill_ordinarily(const std::string& topic, const load& x);
  /// A run while the first `partitions` of the topic are fed, where `before`
  /// records stand; `further` goes with the settings.
  peer_run fed_run(const peer& who, const environment& further, int per_s,
                   const std::string& topic, int partitions,
                   std::uint64_t before);

  test::cluster& kafka_;
  effort effort_;
  std::map<std::string, std::string> topics_; // by what they hold
};

} // namespace cafka::bench
