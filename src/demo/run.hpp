#pragma once

#include "demo/input.hpp"
#include "demo/keys.hpp"
#include "demo/sabotage.hpp"
#include "demo/scan.hpp"
#include "program/exit_code.hpp"

#include <cstdint>

namespace cafka::demo {

inline constexpr std::size_t partition_count = 6;

/// What one run of the demo is made of.
struct run_options {
  input from;
  key_rule keys;
  scan_result scanned; ///< of `from`
  std::uint64_t seed = 0;
  sabotage_kind sabotage = sabotage_kind::none;
};

/// Replays the input through a mock cluster and a supervised group while things
/// fail, and tells on standard output how it went.
app::exit_code run(const run_options& options);

} // namespace cafka::demo
