#pragma once

#include <cafka/types.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cafka::bench {

/// What a benchmark's handlers have seen, of all partitions. Any thread.
class bench_tally {
public:
  using clock = std::chrono::steady_clock;
  using duration = std::chrono::nanoseconds;

  struct totals {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    clock::time_point first; ///< record
    clock::time_point last;
  };

  /// `count`: done when so many records have come; 0: by `partitions` alone.
  bench_tally(std::uint64_t count, std::uint64_t partitions)
    : count_(count), partitions_(partitions) {
  }

  /// A handler of a partition was built.
  void built();
  /// A call was given so many records.
  void add(std::uint64_t records, std::uint64_t bytes);
  /// From the producer to the handler, one a record.
  void add_latencies(const std::vector<duration>& xs);

  bool done() const;
  /// Waits up to `limit` until it is done; whether it is.
  bool await(std::chrono::milliseconds limit);

  totals sum() const;
  /// Sorted.
  std::vector<duration> latencies() const;

private:
  const std::uint64_t count_;
  const std::uint64_t partitions_;
  std::atomic<std::uint64_t> records_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<std::uint64_t> built_ = 0;

  mutable std::mutex mutex_; // guards everything below
  std::condition_variable changed_;
  bool done_ = false;
  std::optional<clock::time_point> first_;
  clock::time_point last_;
  std::vector<duration> latencies_;
};

/// The element that so many of 1,000 do not exceed; `sorted` is not empty.
bench_tally::duration quantile(const std::vector<bench_tally::duration>& sorted,
                               int per_mille);

/// The most memory that was resident in this program so far, in MiB. The
/// system's account of a process counts what its parent had before it, too.
double peak_mb();

} // namespace cafka::bench
