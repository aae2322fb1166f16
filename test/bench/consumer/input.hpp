#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cafka::bench {

/// How a benchmark's consumer acks.
enum class bench_acks : std::uint8_t {
  on_return,  ///< a batch, by the handler's answer
  per_record, ///< an `ack` message for every record
  shuffled,   ///< an `ack_individual` for every record, out of order
};

/// What a benchmark wants of its consumer, as the environment says it.
struct bench_input {
  std::string brokers;       ///< BENCH_BROKERS
  std::string topic;         ///< BENCH_TOPIC
  std::string group;         ///< BENCH_GROUP
  std::uint64_t count = 0;   ///< BENCH_COUNT: ends after so many records
  double start_s = 0;        ///< BENCH_T0, since the epoch; 0: now
  std::uint64_t fail_at = 0; ///< BENCH_FAIL_AT: a delivery; 0: none
  std::uint64_t fails = 1;   ///< BENCH_FAILS: so often, as far apart
  bench_acks acks = bench_acks::on_return; ///< BENCH_ACKS
  bool latency = false;         ///< BENCH_LATENCY: payloads begin with the
                                ///< time they were sent
  std::optional<int> slow_from; ///< BENCH_SLOW_FROM: these partitions' calls
  int slow_ms = 0;              ///< BENCH_SLOW_MS: take that long, and do
                                ///< not count
  std::string out; ///< BENCH_OUT: each record is written to this topic, too,
                   ///< or, with the next, those alone, as dead letters
  std::uint64_t reject_every = 0;   ///< BENCH_REJECT_EVERY: offsets that are a
                                    ///< multiple are rejected; 0: none
  std::vector<std::string> command; ///< BENCH_COMMAND: a program that is the
                                    ///< handler; empty: none
  std::uint64_t partitions = 0;     ///< BENCH_PARTITIONS: ends when so many are
                                    ///< assigned; 0: by BENCH_COUNT
};

struct bench_input_result {
  bench_input input;
  std::vector<std::string> errors; ///< all that is wrong, each with its name
};

/// `get` gives a variable of the environment, or null.
bench_input_result
read_bench_input(const std::function<const char*(const char*)>& get);

} // namespace cafka::bench
