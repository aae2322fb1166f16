/// What is written on the way: outputs, and dead letters.

#include "bench/suite.hpp"

#include <fmt/format.h>

namespace cafka::bench {

namespace {

constexpr int partitions = 12;

std::string per_s(const std::vector<figures>& x) {
  return fmt::format("{:.0f}", median(x, "msgs_per_s"));
}

std::string ratio(const std::vector<figures>& x,
                  const std::vector<figures>& base) {
  return fmt::format("{:.2f}", median_ratio(x, base, "msgs_per_s"));
}

} // namespace

table suite::outputs() {
  table result{"Outputs",
               "Each record of 100 bytes is written to another topic of 12 "
               "partitions, too, by an idempotent producer; until all is "
               "written and committed. raw: librdkafka's loop that produces, "
               "flushes and commits every 5 s.",
               {}};
  auto count = effort_.records(1'000'000, 20'000);
  auto from = filled_topic({100, count, partitions, batches::ordinary});
  std::vector<peer> peers{peer_named(best_cafka().base), best_cafka()};
  peers.insert(peers.end(), effort_.others.begin(), effort_.others.end());
  auto said = run_in_turn(peers, effort_.rounds, [&](const peer& who) {
    auto to = test::unique_name();
    kafka_.create_topic(to, partitions);
    await_leaders(to, partitions);
    auto what = settings(from);
    what["BENCH_COUNT"] = std::to_string(count);
    what["BENCH_OUT"] = to;
    auto one = bench::run(who, what);
    require_written(to, partitions, count);
    return one;
  });
  auto& base = said.at(peers.front().name);
  for (auto& who : peers)
    result.rows.push_back({{"client", who.name},
                           {"records/s", per_s(said.at(who.name))},
                           {"x raw", ratio(said.at(who.name), base)}});
  return result;
}

table suite::poison() {
  table result{"Poison records",
               "One record of 100 is rejected and becomes a dead letter, "
               "beside a topic of which none is.",
               {}};
  auto count = effort_.records(1'000'000, 20'000);
  auto from = filled_topic({100, count, partitions, batches::ordinary});
  auto who = best_cafka();
  std::vector<peer> peers{{"none rejected", who.command, "none rejected"},
                          {"1 of 100 rejected", who.command, "none rejected"}};
  auto said = run_in_turn(peers, effort_.rounds, [&](const peer& x) {
    auto to = test::unique_name();
    kafka_.create_topic(to, partitions);
    await_leaders(to, partitions);
    auto what = settings(from);
    what["BENCH_COUNT"] = std::to_string(count);
    if (x.name != x.base) {
      what["BENCH_OUT"] = to;
      what["BENCH_REJECT_EVERY"] = "100";
    }
    return bench::run(x, what);
  });
  auto& base = said.at(peers.front().name);
  for (auto& x : peers)
    result.rows.push_back({{"records", x.name},
                           {"client", who.name},
                           {"records/s", per_s(said.at(x.name))},
                           {"x none", ratio(said.at(x.name), base)}});
  return result;
}

/// At least once: each at least.
void suite::require_written(const std::string& topic, int count_of_partitions,
                            std::uint64_t count) {
  std::uint64_t found = 0;
  for (partition_t i = 0; i < count_of_partitions; ++i)
    if (auto range = kafka_.range({topic, i}))
      found += static_cast<std::uint64_t>(range->last - range->first);
  if (found < count)
    throw std::runtime_error(
      fmt::format("{} of {} outputs are written", found, count));
}

} // namespace cafka::bench
