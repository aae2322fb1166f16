#include "bench/suite.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace cafka::bench {

namespace {

/// Empty: the handler counts, in its own process.
struct program {
  std::string name;
  std::string command;
};

const std::vector<program>& programs_measured() {
  static const std::vector<program> result{{"a handler that counts", ""},
                                           {"a program in C++", BENCH_ECHO},
                                           {"a program in Python",
                                            "python3 " BENCH_PYTHON_ECHO}};
  return result;
}

} // namespace

table suite::programs() {
  table result;
  result.title = "Programs as handlers";
  result.note = "`handler = \"exec\"` with a process per partition that acks "
                "each batch, at most 500 records of 100 bytes; x count: to a "
                "handler that counts. Processor time is of the group's process "
                "alone.";
  std::vector<peer> peers;
  std::map<std::string, std::string> commands;
  for (auto& x : programs_measured()) {
    peers.push_back(
      {x.name, best_cafka().command, programs_measured()[0].name});
    commands[x.name] = x.command;
  }
  for (int partitions : {1, 12}) {
    load x{100, effort_.records(1'500'000, 20'000), partitions};
    auto topic = filled_topic(x);
    auto said = run_in_turn(peers, effort_.rounds, [&](const peer& who) {
      auto what = settings(topic);
      what["BENCH_COUNT"] = std::to_string(x.count);
      if (!commands[who.name].empty())
        what["BENCH_COMMAND"] = commands[who.name];
      auto one = bench::run(who, what);
      if (one.numbers.at("records") != static_cast<double>(x.count))
        throw std::runtime_error(who.name + " lost records");
      one.numbers["cpu_us"] = 1e6 * one.numbers.at("cpu_s")
                              / static_cast<double>(x.count);
      return one;
    });
    auto& base = said.at(peers.front().name);
    for (auto& who : peers) {
      auto& mine = said.at(who.name);
      result.rows.push_back(
        {{"partitions", std::to_string(partitions)},
         {"handler", who.name},
         {"records/s", fmt::format("{:.0f}", median(mine, "msgs_per_s"))},
         {"x count",
          fmt::format("{:.3f}", median_ratio(mine, base, "msgs_per_s"))},
         {"cpu µs", fmt::format("{:.3f}", median(mine, "cpu_us"))}});
    }
  }
  return result;
}

} // namespace cafka::bench
