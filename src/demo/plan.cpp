#include "demo/plan.hpp"

#include <algorithm>
#include <random>

namespace cafka::demo {

namespace {

// Its sequence is fixed by the standard, unlike that of the distributions.
using random_source = std::mt19937_64;

/// In [0, n); the bias of the remainder does not matter here.
std::uint64_t pick(random_source& random, std::uint64_t n) {
  return random() % n;
}

void plan_workers(random_source& random, std::deque<planned_failure>& out,
                  std::uint64_t records) {
  constexpr failure_kind kinds[]
    = {failure_kind::throws_error, failure_kind::throws_number,
       failure_kind::throws_struct, failure_kind::answers_failed};
  auto count = worker_failures_least + pick(random, 3);
  auto first_kind = pick(random, std::size(kinds));
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back({static_cast<offset_t>(pick(random, records)),
                   kinds[(first_kind + i) % std::size(kinds)]});
}

/// Within the middle half of a partition's records: by then some are committed,
/// and some are still to come.
void plan_kills(random_source& random, failure_plan& out,
                const std::vector<std::uint64_t>& records) {
  std::vector<std::size_t> candidates;
  for (std::size_t p = 0; p < records.size(); ++p)
    if (records[p] > 0)
      candidates.push_back(p);
  if (candidates.empty())
    return;
  for (std::size_t i = 0; i < coordinator_kills; ++i) {
    auto p = candidates[pick(random, candidates.size())];
    auto n = records[p];
    auto at = n / 4 + pick(random, (n + 1) / 2);
    out[p].push_back({static_cast<offset_t>(std::min(at, n - 1)),
                      failure_kind::kills_coordinator});
  }
}

} // namespace

failure_plan plan_failures(std::uint64_t seed,
                           const std::vector<std::uint64_t>& records) {
  random_source random{seed};
  failure_plan result(records.size());
  for (std::size_t p = 0; p < records.size(); ++p)
    if (records[p] > 0)
      plan_workers(random, result[p], records[p]);
  plan_kills(random, result, records);
  for (auto& xs : result)
    std::stable_sort(xs.begin(), xs.end(),
                     [](const auto& a, const auto& b) { return a.at < b.at; });
  return result;
}

} // namespace cafka::demo
