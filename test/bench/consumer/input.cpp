#include "bench/consumer/input.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <sstream>
#include <string_view>

namespace cafka::bench {

namespace {

class reader {
public:
  reader(const std::function<const char*(const char*)>& get,
         std::vector<std::string>& errors)
    : get_(get), errors_(errors) {
  }

  void text(const char* name, std::string& to) {
    if (auto* x = get_(name); x != nullptr && *x != '\0')
      to = x;
    else
      errors_.push_back(fmt::format("{} is required", name));
  }

  /// Words between spaces.
  void words(const char* name, std::vector<std::string>& to) {
    auto* x = get_(name);
    std::istringstream in{x != nullptr ? x : ""};
    for (std::string word; in >> word;)
      to.push_back(word);
  }

  /// True: it was given.
  template <class T>
  bool number(const char* name, T& to, T least, const char* allowed) {
    auto* x = get_(name);
    if (x == nullptr)
      return false;
    std::string_view text{x};
    auto* end = text.data() + text.size();
    auto [stop, code] = std::from_chars(text.data(), end, to);
    if (code != std::errc{} || stop != end || to < least)
      errors_.push_back(fmt::format("{} = '{}': {}", name, text, allowed));
    return true;
  }

  void acks(bench_acks& to) {
    auto* x = get_("BENCH_ACKS");
    if (x == nullptr)
      return;
    std::string_view text{x};
    if (text == "return")
      to = bench_acks::on_return;
    else if (text == "record")
      to = bench_acks::per_record;
    else if (text == "shuffled")
      to = bench_acks::shuffled;
    else
      errors_.push_back(
        fmt::format("BENCH_ACKS = '{}': return, record or shuffled", text));
  }

private:
  const std::function<const char*(const char*)>& get_;
  std::vector<std::string>& errors_;
};

} // namespace

bench_input_result
read_bench_input(const std::function<const char*(const char*)>& get) {
  constexpr auto at_least_1 = "a whole number, at least 1";
  constexpr auto at_least_0 = "a whole number, at least 0";
  bench_input_result result;
  auto& x = result.input;
  reader in{get, result.errors};
  in.text("BENCH_BROKERS", x.brokers);
  in.text("BENCH_TOPIC", x.topic);
  in.text("BENCH_GROUP", x.group);
  auto counts = in.number<std::uint64_t>("BENCH_COUNT", x.count, 1, at_least_1);
  auto assigns = in.number<std::uint64_t>("BENCH_PARTITIONS", x.partitions, 1,
                                          at_least_1);
  if (counts == assigns)
    result.errors.push_back(
      "one of BENCH_COUNT and BENCH_PARTITIONS is required");
  in.number<double>("BENCH_T0", x.start_s, 0, "seconds since the epoch");
  in.number<std::uint64_t>("BENCH_FAIL_AT", x.fail_at, 1, at_least_1);
  in.number<std::uint64_t>("BENCH_FAILS", x.fails, 1, at_least_1);
  in.acks(x.acks);
  if (auto* out = get("BENCH_OUT"))
    x.out = out;
  if (in.number<std::uint64_t>("BENCH_REJECT_EVERY", x.reject_every, 1,
                               at_least_1)
      && x.out.empty())
    result.errors.push_back("BENCH_OUT is required with BENCH_REJECT_EVERY");
  in.words("BENCH_COMMAND", x.command);
  int latency = 0;
  in.number("BENCH_LATENCY", latency, 0, "0 or 1");
  x.latency = latency != 0;
  int slow_from = 0;
  if (in.number("BENCH_SLOW_FROM", slow_from, 0, at_least_0))
    x.slow_from = slow_from;
  in.number("BENCH_SLOW_MS", x.slow_ms, 0, at_least_0);
  return result;
}

} // namespace cafka::bench
