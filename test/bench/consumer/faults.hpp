#pragma once

#include "bench/consumer/tally.hpp"

#include <cafka/message_batch.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace cafka::bench {

/// Lets handlers of a benchmark fail, and measures how soon the record that
/// failed is there again. Any thread.
class bench_faults {
public:
  using duration = bench_tally::duration;

  /// Fails at delivery `at`, and `times` in all, as many deliveries apart; 0:
  /// never.
  bench_faults(std::uint64_t at, std::uint64_t times)
    : at_(at), left_(at == 0 ? 0 : times), next_(at) {
  }

  /// To be asked at the begin of each call; true: it is to fail.
  bool take(const message_batch& x);

  /// From the failure until the record was there again, sorted.
  std::vector<duration> delays() const;
  /// Records that came once more.
  std::uint64_t redelivered() const;

private:
  struct failure {
    topic_partition tp;
    offset_t offset = 0;
    bench_tally::clock::time_point when;
  };

  const std::uint64_t at_;
  mutable std::mutex mutex_; // guards everything below
  std::uint64_t left_;
  std::uint64_t next_;
  std::uint64_t delivered_ = 0;
  std::uint64_t redelivered_ = 0;
  std::optional<failure> open_;
  std::vector<duration> delays_;
};

} // namespace cafka::bench
