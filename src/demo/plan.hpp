#pragma once

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace cafka::demo {

enum class failure_kind : std::uint8_t {
  throws_error,  ///< a std::exception
  throws_number, ///< what no catch of std::exception sees
  throws_struct,
  answers_failed,
  kills_coordinator, ///< the group's coordinator gets a kill
};

/// Happens when the record at `at` is handed out, before it is handled, so that
/// it cannot come too late: the record, and with it the next failure planned
/// for it, comes again.
struct planned_failure {
  offset_t at = 0;
  failure_kind what = failure_kind::throws_error;
};

/// Per partition, by rising offsets.
using failure_plan = std::vector<std::deque<planned_failure>>;

inline constexpr std::size_t worker_failures_least = 3; // per partition
inline constexpr std::size_t coordinator_kills = 2;     // in all

/// At least three failures of the worker of each partition that has records,
/// and two deaths of the coordinator; the same ones for the same arguments.
failure_plan plan_failures(std::uint64_t seed,
                           const std::vector<std::uint64_t>& records);

} // namespace cafka::demo
