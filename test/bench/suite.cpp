#include "bench/suite.hpp"

#include "bench/feed.hpp"
#include "broker_support/member_program.hpp"
#include "support/app_process.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

namespace cafka::bench {

namespace {

/// For what is only read: batches as full as they get.
constexpr double fill_linger_ms = 100;

/// For Kafka's producer to write all of a topic.
constexpr std::chrono::seconds fill_limit{120};

/// For what is timed: as long as a run of the feed.
constexpr double pace_linger_ms = 5;

/// Of a fed run, before it is measured: the member joins (3 s) and catches up.
constexpr double warm_up_s = 5;
constexpr double measured_s = 5;

constexpr std::size_t paced_bytes = 100;

} // namespace

std::vector<std::string> suite::names() {
  return {"throughput", "failure", "latency", "assignment", "blocking",
          "catch-up",   "lag",     "outputs", "poison",     "programs"};
}

table suite::run(const std::string& name) {
  if (name == "throughput")
    return throughput();
  if (name == "failure")
    return failure();
  if (name == "latency")
    return latency();
  if (name == "assignment")
    return assignment();
  if (name == "blocking")
    return blocking();
  if (name == "catch-up")
    return catch_up();
  if (name == "lag")
    return lag();
  if (name == "outputs")
    return outputs();
  if (name == "poison")
    return poison();
  if (name == "programs")
    return programs();
  throw std::runtime_error("no benchmark is named " + name);
}

environment suite::settings(const std::string& topic) const {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return {{"BENCH_BROKERS", kafka_.endpoints()},
          {"BENCH_TOPIC", topic},
          {"BENCH_GROUP", test::unique_name()},
          {"BENCH_T0",
           fmt::format("{:.6f}", std::chrono::duration<double>(now).count())}};
}

std::string suite::filled_topic(const load& x) {
  auto& name = topics_[fmt::format("{} {} {} {}", x.size_bytes, x.partitions,
                                   x.count, static_cast<int>(x.written))];
  if (!name.empty())
    return name;
  auto made = test::unique_name();
  kafka_.create_topic(made, x.partitions);
  if (x.written == batches::ordinary)
    fill_ordinarily(made, x);
  else
    feed{kafka_.endpoints(), made, x.size_bytes, fill_linger_ms}.fill(
      x.count, x.partitions);
  return name = made;
}

/// Kafka 4.1's producer never gets over a leader that does not lead yet: what
/// it sends again is out of sequence.
void suite::await_leaders(const std::string& topic, int partitions) {
  auto deadline = std::chrono::steady_clock::now() + fill_limit;
  for (partition_t i = 0; i < partitions;)
    if (kafka_.range({topic, i}))
      ++i;
    else if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("nobody leads " + topic);
}

void suite::fill_ordinarily(const std::string& topic, const load& x) {
  await_leaders(topic, x.partitions);
  auto words = test::java_tool(kafka_, "ProducerPerformance");
  for (auto& word :
       {std::string{"--topic"}, topic, std::string{"--num-records"},
        std::to_string(x.count), std::string{"--record-size"},
        std::to_string(x.size_bytes), std::string{"--throughput"},
        std::string{"-1"}, std::string{"--producer-props"},
        "bootstrap.servers=" + kafka_.endpoints()})
    words.push_back(word);
  test::app_input input;
  input.limit = fill_limit;
  test::app_process process{words, input};
  if (process.wait() != 0)
    throw std::runtime_error("kafka-producer-perf-test: " + process.out()
                             + process.err());
}

peer_run suite::fed_run(const peer& who, const environment& further, int per_s,
                        const std::string& topic, int partitions,
                        std::uint64_t before) {
  auto warm_up = effort_.seconds(warm_up_s);
  auto measured = effort_.seconds(measured_s);
  auto what = settings(topic);
  what["BENCH_COUNT"]
    = std::to_string(before + static_cast<std::uint64_t>(per_s * warm_up)
                     + static_cast<std::uint64_t>(per_s * measured));
  what.emplace("BENCH_LATENCY", "1");
  what.insert(further.begin(), further.end());
  feed from{kafka_.endpoints(), topic, paced_bytes, pace_linger_ms};
  return bench::run(who, what, [&](int) {
    from.pace(per_s, warm_up, partitions, false);
    from.pace(per_s, measured, partitions, true);
  });
}

// -- tables -------------------------------------------------------------------

std::string to_string(const table& x) {
  auto result = fmt::format("\n### {}\n\n{}\n\n", x.title, x.note);
  if (x.rows.empty())
    return result;
  std::vector<std::size_t> widths;
  for (auto& y : x.rows.front())
    widths.push_back(y.column.size());
  for (auto& row : x.rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].text.size());
  std::string head = "|";
  std::string rule = "|";
  for (std::size_t i = 0; i < widths.size(); ++i) {
    head += fmt::format(" {:<{}} |", x.rows.front()[i].column, widths[i]);
    rule += fmt::format(" {:-<{}} |", "", widths[i]);
  }
  result += fmt::format("{}\n{}\n", head, rule);
  for (auto& row : x.rows) {
    result += "|";
    for (std::size_t i = 0; i < row.size(); ++i)
      result += fmt::format(" {:<{}} |", row[i].text, widths[i]);
    result += "\n";
  }
  return result;
}

nlohmann::ordered_json to_json(const table& x) {
  auto rows = nlohmann::ordered_json::array();
  for (auto& row : x.rows) {
    nlohmann::ordered_json object;
    for (auto& y : row)
      object[y.column] = y.text;
    rows.push_back(std::move(object));
  }
  return {{"title", x.title}, {"note", x.note}, {"rows", std::move(rows)}};
}

} // namespace cafka::bench
