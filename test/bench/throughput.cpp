#include "bench/suite.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace cafka::bench {

namespace {

/// Who is measured, and how it acks.
struct contender {
  peer who;
  std::string acks;
};

std::vector<contender> contenders(const std::vector<peer>& others) {
  std::vector<contender> result;
  for (auto& x : all_peers()) {
    auto is_base = x.name == x.base;
    result.push_back({x, is_base ? "-" : "return"});
    if (x.name == best_cafka().name)
      for (auto* acks : {"record", "shuffled"})
        result.push_back({x, acks});
  }
  for (auto& x : others)
    result.push_back({x, "-"});
  for (auto& x : result)
    if (x.acks != "-")
      x.who.name += ", " + x.acks;
  return result;
}

std::vector<load> loads(const effort& x) {
  if (x.smoke) // the most demanding
    return {{100, 20'000, 12, batches::ordinary}, {1'000, 20'000, 200}};
  std::vector<load> result;
  for (auto [size_bytes, count] :
       {std::pair{100, 3'000'000}, {1'000, 500'000}}) {
    auto bytes = static_cast<std::size_t>(size_bytes);
    auto records = static_cast<std::uint64_t>(count);
    result.push_back({bytes, records, 1});
    result.push_back({bytes, records, 12});
    result.push_back({bytes, records, 12, batches::ordinary});
    result.push_back({bytes, records, 200});
  }
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

std::vector<cell> row_of(const load& x, const peer& who,
                         const peer_figures& said, const peer& glibc) {
  auto& mine = said.at(who.name);
  auto& base = said.at(who.base);
  auto ratio = [&](const std::vector<figures>& to, const char* name) {
    return fmt::format("{:.2f}", median_ratio(mine, to, name));
  };
  return {{"bytes", std::to_string(x.size_bytes)},
          {"partitions", std::to_string(x.partitions)},
          {"batches", x.written == batches::full ? "full" : "16 KB"},
          {"client", who.name},
          {"records/s", fmt::format("{:.0f}", median(mine, "msgs_per_s"))},
          {"x raw", ratio(base, "msgs_per_s")},
          {"x glibc", ratio(said.at(glibc.name), "msgs_per_s")},
          {"cpu µs", fmt::format("{:.3f}", median(mine, "cpu_us"))},
          {"cpu x raw", ratio(base, "cpu_us")},
          {"switches", fmt::format("{:.2f}", median(mine, "switches_per_k"))},
          {"sw x raw", ratio(base, "switches_per_k")},
          {"peak MB", fmt::format("{:.0f}", median(mine, "peak_mb"))}};
}

} // namespace

table suite::throughput() {
  table result;
  result.title = "Throughput";
  result.note = "Records from the first in the handler to the last, and "
                "processor time of the whole process a record. batches: 1,000 "
                "records each, or Kafka's own producer with its defaults. x "
                "raw: to librdkafka's loop with the same malloc; x glibc: to "
                "that with glibc's. switches: between threads, per 1,000 "
                "records.";
  for (auto& x : loads(effort_)) {
    auto topic = filled_topic(x);
    std::vector<peer> peers;
    std::map<std::string, std::string> acks;
    for (auto& y : contenders(effort_.others)) {
      peers.push_back(y.who);
      acks[y.who.name] = y.acks;
    }
    auto said = run_in_turn(peers, effort_.rounds, [&](const peer& who) {
      auto what = settings(topic);
      what["BENCH_COUNT"] = std::to_string(x.count);
      if (acks.at(who.name) != "-")
        what["BENCH_ACKS"] = acks.at(who.name);
      auto one = bench::run(who, what);
      require_all(who, one.numbers, x.count, x.size_bytes);
      auto count = static_cast<double>(x.count);
      one.numbers["cpu_us"] = 1e6 * one.numbers.at("cpu_s") / count;
      one.numbers["switches_per_k"] = 1e3 * one.numbers.at("switches") / count;
      return one;
    });
    for (auto& who : peers)
      result.rows.push_back(row_of(x, who, said, peers.front()));
  }
  return result;
}

} // namespace cafka::bench
