#include "bench/suite.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace cafka::bench {

namespace {

struct contender {
  peer who;
  std::string acks;
};

std::vector<contender> contenders() {
  std::vector<contender> result;
  for (auto& x : all_peers()) {
    auto is_base = x.name == x.base;
    result.push_back({x, is_base ? "-" : "return"});
    if (x.name == best_cafka().name)
      for (auto* acks : {"record", "shuffled"})
        result.push_back({x, acks});
  }
  for (auto& x : result)
    if (x.acks != "-")
      x.who.name += ", " + x.acks;
  return result;
}

void require_all(const peer& who, const figures& x, std::uint64_t count,
                 std::size_t size_bytes) {
  if (x.at("records") == static_cast<double>(count)
      && x.at("bytes") == static_cast<double>(count * size_bytes))
    return;
  throw std::runtime_error(fmt::format(
    "{} counted {} records with {} bytes instead of {} with {}", who.name,
    x.at("records"), x.at("bytes"), count, count * size_bytes));
}

} // namespace

table suite::throughput() {
  table result;
  result.title = "Throughput";
  result.note = "Records from the first in the handler to the last, and "
                "processor time of the whole process a record. x raw: to "
                "librdkafka's loop with the same malloc; x glibc: to that with "
                "glibc's.";
  struct load {
    std::size_t size_bytes;
    std::uint64_t count;
  };
  std::vector<load> loads{{100, effort_.records(3'000'000, 20'000)},
                          {1'000, effort_.records(500'000, 20'000)}};
  std::vector<int> spreads{1, 12, 200};
  if (effort_.smoke)
    spreads = {200}; // the most demanding
  for (auto [size_bytes, count] : loads)
    for (auto partitions : spreads) {
      auto topic = filled_topic(size_bytes, partitions, count);
      auto all = contenders();
      std::vector<peer> peers;
      std::map<std::string, std::string> acks;
      for (auto& x : all) {
        peers.push_back(x.who);
        acks[x.who.name] = x.acks;
      }
      auto said = run_in_turn(peers, effort_.rounds, [&](const peer& who) {
        auto what = settings(topic);
        what["BENCH_COUNT"] = std::to_string(count);
        if (acks.at(who.name) != "-")
          what["BENCH_ACKS"] = acks.at(who.name);
        auto one = bench::run(who, what);
        require_all(who, one.numbers, count, size_bytes);
        one.numbers["cpu_us"] = 1e6 * one.numbers.at("cpu_s")
                                / static_cast<double>(count);
        return one;
      });
      auto& glibc = said.at(peers.front().name);
      for (auto& who : peers) {
        auto& mine = said.at(who.name);
        auto& base = said.at(who.base);
        result.rows.push_back(
          {{"bytes", std::to_string(size_bytes)},
           {"partitions", std::to_string(partitions)},
           {"client", who.name},
           {"records/s", fmt::format("{:.0f}", median(mine, "msgs_per_s"))},
           {"x raw",
            fmt::format("{:.2f}", median_ratio(mine, base, "msgs_per_s"))},
           {"x glibc",
            fmt::format("{:.2f}", median_ratio(mine, glibc, "msgs_per_s"))},
           {"cpu µs", fmt::format("{:.3f}", median(mine, "cpu_us"))},
           {"cpu x raw",
            fmt::format("{:.2f}", median_ratio(mine, base, "cpu_us"))},
           {"peak MB", fmt::format("{:.0f}", median(mine, "peak_mb"))}});
      }
    }
  return result;
}

} // namespace cafka::bench
