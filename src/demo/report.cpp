#include "demo/report.hpp"

#include "core/text_field.hpp"
#include "demo/put.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace cafka::demo {

namespace {

void line(const char* name, const std::string& value) {
  put(fmt::format("{:<16} {}\n", name, value));
}

} // namespace

void print(const summary& x) {
  auto seconds = std::chrono::duration<double>(x.time).count();
  auto total = std::accumulate(x.records.begin(), x.records.end(),
                               std::uint64_t{0});
  put("\n");
  line("input", fmt::format("{} ({} bytes)", escaped(x.input), x.input_bytes));
  line("seed", fmt::format("{}", x.seed));
  line("partitions", fmt::format("{} (records: {})", x.records.size(),
                                 fmt::join(x.records, " ")));
  line("records", fmt::format("{} of {} handled", x.handled, total));
  // A worker that fails just before the coordinator dies comes back with the
  // group, and not by a restart of its own.
  line("worker restarts",
       fmt::format("{}, of {} failures", x.worker_restarts, x.worker_failures));
  line("group restarts", fmt::format("{}", x.group_restarts));
  line("redeliveries", fmt::format("{}", x.redeliveries));
  line("time", fmt::format("{:.1f} s", seconds));
  line("records/s",
       fmt::format("{:.0f}", static_cast<double>(x.handled) / seconds));
  put("\n");
}

void print(const std::vector<check>& xs) {
  for (auto& x : xs)
    put(
      fmt::format("{:<7} {}: {}\n", x.ok ? "ok" : "FAILED", x.name, x.details));
  auto failed = std::count_if(xs.begin(), xs.end(),
                              [](const check& x) { return !x.ok; });
  if (failed == 0)
    put(fmt::format("\nall {} checks are ok\n", xs.size()));
  else
    put(fmt::format("\n{} of {} checks FAILED\n", failed, xs.size()));
}

} // namespace cafka::demo
