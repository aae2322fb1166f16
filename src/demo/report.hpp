#pragma once

#include "demo/checks.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace cafka::demo {

/// What a run did, for people.
struct summary {
  std::string input;
  std::uint64_t input_bytes = 0;
  std::uint64_t seed = 0;
  std::vector<std::uint64_t> records; ///< of the input, per partition
  std::uint64_t handled = 0;
  std::uint64_t worker_failures = 0;
  std::uint64_t worker_restarts = 0;
  std::uint64_t group_restarts = 0;
  std::uint64_t redeliveries = 0;
  duration time{0};
};

/// To standard output, a line for each figure.
void print(const summary& x);

/// A line for each check, with `ok` or `FAILED` in front, and the verdict.
void print(const std::vector<check>& xs);

} // namespace cafka::demo
