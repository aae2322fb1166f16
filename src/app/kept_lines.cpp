#include "app/kept_lines.hpp"

#include <algorithm>
#include <utility>

namespace cafka::app {

namespace {

/// A tenth each time: from librdkafka's 1 MB to any size in few rounds, and a
/// topic that takes less gets batches of a tenth of what it takes at worst.
constexpr std::size_t step = 10;

/// The least that a batch adds to its first record (Kafka's record batch, its
/// header). librdkafka holds what it has written, with that, against its limit.
constexpr std::size_t batch_overhead_bytes = 61;

std::optional<std::string> copy_of(const optional_bytes& x) {
  return x ? std::optional<std::string>{*x} : std::nullopt;
}

std::size_t size_of(const optional_bytes& x) {
  return x ? x->size() : 0;
}

} // namespace

void kept_lines::keep(std::uint64_t line,
                      const kafka::producer::reported_record& x,
                      const kafka::error& failure) {
  kept_[line] = {x.partition, copy_of(x.key), copy_of(x.value), failure};
}

void kept_lines::delivered(std::uint64_t line, partition_t at) {
  auto& last = last_delivered_[at];
  last = std::max(last, line);
}

kept_lines::by_number kept_lines::take() {
  for (auto& [line, x] : kept_)
    if (auto i = last_delivered_.find(x.partition);
        i != last_delivered_.end() && i->second > line)
      overtaken_.insert(line);
  return std::exchange(kept_, {});
}

std::size_t smaller_batch(std::size_t bytes) {
  return std::max<std::size_t>(bytes / step, 1);
}

bool fills_batch(const kafka::producer::reported_record& x, std::size_t bytes) {
  return batch_overhead_bytes + size_of(x.key) + size_of(x.value) >= bytes;
}

} // namespace cafka::app
