/// What is not about throughput: failures, latency, assignments, and partitions
/// that do not stand in each other's way.

#include "bench/feed.hpp"
#include "bench/suite.hpp"

#include "broker_support/resident.hpp"
#include "kafka/mock_cluster.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace cafka::bench {

namespace {

std::string ms(double x) {
  return fmt::format("{:.3f}", x);
}

peer base_of(const peer& x) {
  return peer_named(x.base);
}

} // namespace

table suite::failure() {
  table result{"Fail to redelivery",
               "From the throw of a handler until the same record is in its "
               "successor's hands, without backoff; each round is so many "
               "failures.",
               {}};
  auto fails = effort_.records(500, 5);
  auto failing_of = [&](std::uint64_t count) {
    return environment{{"BENCH_FAIL_AT", std::to_string(count / (2 * fails))},
                       {"BENCH_FAILS", std::to_string(fails)}};
  };
  auto who = best_cafka();
  auto add_row = [&](const std::string& load, const auto& run_one) {
    auto said = run_in_turn({who}, effort_.rounds, run_one);
    auto& mine = said.at(who.name);
    result.rows.push_back(
      {{"records/s", load},
       {"client", who.name},
       {"failures", std::to_string(fails)},
       {"p50 ms", ms(median(mine, "ms_to_redelivery"))},
       {"p99 ms", ms(median(mine, "ms_to_redelivery_p99"))},
       {"records again",
        fmt::format("{:.0f}", median(mine, "records_redelivered"))}});
  };
  add_row("50000", [&](const peer& x) {
    constexpr auto per_s = 50'000;
    auto topic = test::unique_name();
    kafka_.create_topic(topic, 12);
    return fed_run(x, failing_of(effort_.records(10 * per_s, 500)), per_s,
                   topic, 12, 0);
  });
  auto count = effort_.records(3'000'000, 20'000);
  auto topic = filled_topic({100, count, 12});
  add_row("all there are", [&](const peer& x) {
    auto what = settings(topic);
    what.merge(failing_of(count));
    what["BENCH_COUNT"] = std::to_string(count);
    return bench::run(x, what);
  });
  return result;
}

table suite::latency() {
  table result{"End-to-end latency",
               "From the producer's call to the handler, 12 partitions, "
               "linger.ms = 5; added: to librdkafka's loop in the same round.",
               {}};
  std::vector<peer> peers{base_of(best_cafka()), best_cafka()};
  for (auto per_s : {1'000, 50'000}) {
    auto said = run_in_turn(peers, effort_.rounds, [&](const peer& x) {
      auto topic = test::unique_name();
      kafka_.create_topic(topic, 12);
      return fed_run(x, {}, per_s, topic, 12, 0);
    });
    auto& base = said.at(peers.front().name);
    for (auto& who : peers) {
      auto& mine = said.at(who.name);
      std::vector<double> added;
      for (std::size_t i = 0; i < mine.size(); ++i)
        added.push_back(mine[i].at("latency_ms_p50")
                        - base[i].at("latency_ms_p50"));
      result.rows.push_back({{"records/s", std::to_string(per_s)},
                             {"client", who.name},
                             {"p50 ms", ms(median(mine, "latency_ms_p50"))},
                             {"p99 ms", ms(median(mine, "latency_ms_p99"))},
                             {"p99.9 ms", ms(median(mine, "latency_ms_p999"))},
                             {"p50 added ms", ms(median(added))}});
    }
  }
  return result;
}

table suite::assignment() {
  auto partitions = static_cast<int>(effort_.records(5'000, 200));
  table result{
    fmt::format("{} partitions on a mock cluster", partitions),
    "assigned: from the begin until every handler is built (librdkafka: until "
    "the assignment is taken); the mock lets a first member wait 3 s. "
    "given back: from the stop to the end.",
    {}};
  kafka::mock_cluster mock;
  auto topic = test::unique_name();
  mock.create_topic(topic, partitions);
  std::vector<peer> peers{base_of(best_cafka()), best_cafka()};
  auto said = run_in_turn(peers, effort_.rounds, [&](const peer& x) {
    auto what = settings(topic);
    what["BENCH_BROKERS"] = mock.endpoints();
    what["BENCH_PARTITIONS"] = std::to_string(partitions);
    return bench::run(x, what);
  });
  for (auto& who : peers) {
    auto& mine = said.at(who.name);
    result.rows.push_back(
      {{"client", who.name},
       {"assigned s", ms(median(mine, "seconds_assign"))},
       {"given back s", ms(median(mine, "seconds_revoke"))},
       {"peak MB", fmt::format("{:.0f}", median(mine, "peak_mb"))}});
  }
  return result;
}

/// 16 partitions whose calls block, and one that is fed.
table suite::blocking() {
  constexpr int blocked = 16;
  constexpr int per_s = 1'000;
  table result{fmt::format("A fast partition beside {} blocked ones", blocked),
               fmt::format("Latency of the fast one at {} records/s.", per_s),
               {}};
  // More than they can read meanwhile.
  auto before = effort_.records(50'000, 2'000);
  auto who = best_cafka();
  std::map<int, std::vector<figures>> said;
  for (int i = 0; i < effort_.rounds; ++i)
    for (auto block_ms : {0, 200}) {
      auto topic = test::unique_name();
      kafka_.create_topic(topic, blocked + 1);
      feed{kafka_.endpoints(), topic, 100, 100}.fill((blocked + 1) * before,
                                                     blocked + 1);
      said[block_ms].push_back(
        fed_run(who,
                {{"BENCH_SLOW_FROM", "1"},
                 {"BENCH_SLOW_MS", std::to_string(block_ms)}},
                per_s, topic, 1, before)
          .numbers);
    }
  for (auto& [block_ms, mine] : said)
    result.rows.push_back({{"calls of the others ms", std::to_string(block_ms)},
                           {"p50 ms", ms(median(mine, "latency_ms_p50"))},
                           {"p99 ms", ms(median(mine, "latency_ms_p99"))},
                           {"p99.9 ms", ms(median(mine, "latency_ms_p999"))}});
  return result;
}

table suite::catch_up() {
  constexpr int partitions = 12;
  table result{"Eleven fast partitions beside a slow one",
               "Records/s of the eleven until all of theirs are read.",
               {}};
  auto count = effort_.records(3'000'000, 24'000);
  auto topic = filled_topic({100, count, partitions});
  auto who = best_cafka();
  std::map<int, std::vector<figures>> said;
  for (int i = 0; i < effort_.rounds; ++i)
    for (auto slow_ms : {0, 100}) {
      auto what = settings(topic);
      what["BENCH_COUNT"]
        = std::to_string(count / partitions * (partitions - 1));
      what["BENCH_SLOW_FROM"] = std::to_string(partitions - 1);
      what["BENCH_SLOW_MS"] = std::to_string(slow_ms);
      said[slow_ms].push_back(bench::run(who, what).numbers);
    }
  for (auto& [slow_ms, mine] : said)
    result.rows.push_back(
      {{"calls of the slow one ms", std::to_string(slow_ms)},
       {"records/s", fmt::format("{:.0f}", median(mine, "msgs_per_s"))},
       {"x without",
        fmt::format("{:.2f}", median_ratio(mine, said.at(0), "msgs_per_s"))}});
  return result;
}

/// Handlers that are slower than what is left to read, for a while.
table suite::lag() {
  table result{"Memory under a lag",
               "Resident memory of a group whose handlers are slow, by the "
               "time since its start; 12 partitions.",
               {}};
  auto topic = filled_topic({100, effort_.records(3'000'000, 20'000), 12});
  auto what = settings(topic);
  what.emplace("BENCH_COUNT", "1"); // the slow ones are not counted
  what.emplace("BENCH_SLOW_FROM", "0");
  what.emplace("BENCH_SLOW_MS", "1000");
  std::vector<cell> row{{"client", best_cafka().name}};
  run_for(best_cafka(), what, [&](int pid) {
    auto begin = std::chrono::steady_clock::now();
    for (auto at_s : {5, 10, 20, 30}) {
      auto passed
        = std::chrono::milliseconds{at_s * (effort_.smoke ? 100 : 1000)};
      std::this_thread::sleep_until(begin + passed); // what is measured
      auto mb = static_cast<double>(test::resident_kib(pid)) / 1024;
      row.push_back({fmt::format("{} s MB", at_s), fmt::format("{:.1f}", mb)});
    }
  });
  result.rows.push_back(std::move(row));
  return result;
}

} // namespace cafka::bench
