#include "bench/consumer/tally.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace cafka::bench {

void bench_tally::built() {
  if (built_.fetch_add(1) + 1 != partitions_)
    return;
  std::lock_guard guard{mutex_};
  last_ = clock::now();
  done_ = true;
  changed_.notify_all();
}

void bench_tally::add(std::uint64_t records, std::uint64_t bytes) {
  bytes_ += bytes;
  auto before = records_.fetch_add(records);
  auto is_first = before == 0;
  auto is_last = count_ != 0 && before < count_ && before + records >= count_;
  if (!is_first && !is_last)
    return;
  auto now = clock::now();
  std::lock_guard guard{mutex_};
  if (is_first)
    first_ = now;
  if (!is_last)
    return;
  last_ = now;
  done_ = true;
  changed_.notify_all();
}

void bench_tally::add_latencies(const std::vector<duration>& xs) {
  std::lock_guard guard{mutex_};
  latencies_.insert(latencies_.end(), xs.begin(), xs.end());
}

bool bench_tally::done() const {
  std::lock_guard guard{mutex_};
  return done_;
}

bool bench_tally::await(std::chrono::milliseconds limit) {
  std::unique_lock guard{mutex_};
  return changed_.wait_for(guard, limit, [this] { return done_; });
}

auto bench_tally::sum() const -> totals {
  std::lock_guard guard{mutex_};
  return {records_, bytes_, first_.value_or(last_), last_};
}

auto bench_tally::latencies() const -> std::vector<duration> {
  std::lock_guard guard{mutex_};
  auto result = latencies_;
  std::sort(result.begin(), result.end());
  return result;
}

bench_tally::duration quantile(const std::vector<bench_tally::duration>& sorted,
                               int per_mille) {
  auto i = sorted.size() * static_cast<std::size_t>(per_mille) / 1000;
  return sorted[std::min(i, sorted.size() - 1)];
}

double peak_mb() {
  std::ifstream in{"/proc/self/status"};
  for (std::string word; in >> word;)
    if (word == "VmHWM:") {
      double kib = 0;
      in >> kib;
      return kib / 1024;
    }
  return 0;
}

} // namespace cafka::bench
