#pragma once

#include "actors/events/event_publisher.hpp"

#include <cafka/ack_result.hpp>

#include <cstdint>
#include <map>
#include <utility>

namespace cafka::actors {

/// Counts refused acks and tells of them: the first of its kind at once, its
/// like summed up at the next report.
class refusal_log {
public:
  void add(event_publisher& publisher, const topic_partition& tp, generation g,
           ack_result why) {
    ++total_;
    auto key = std::make_pair(tp, why);
    if (auto i = kinds_.find(key); i != kinds_.end()) {
      ++i->second.count;
      return;
    }
    if (kinds_.size() >= kinds_max)
      return;
    kinds_.emplace(std::move(key), kind{g, 0});
    publish(publisher, tp, g, why, 1);
  }

  void report(event_publisher& publisher) {
    for (auto& [key, x] : std::exchange(kinds_, {}))
      if (x.count > 0)
        publish(publisher, key.first, x.generation, key.second, x.count);
  }

  std::uint64_t total() const noexcept {
    return total_;
  }

private:
  /// Partitions and results that are told apart between two reports; what
  /// exceeds it is still counted.
  static constexpr std::size_t kinds_max = 100;

  struct kind {
    cafka::generation generation;
    std::uint64_t count = 0;
  };

  static void publish(event_publisher& publisher, const topic_partition& tp,
                      generation g, ack_result why, std::uint64_t count) {
    event x;
    x.kind = event_kind::ack_refused;
    x.tp = tp;
    x.generation = g;
    x.count = count;
    x.text = to_string(why);
    publisher.publish(std::move(x));
  }

  std::map<std::pair<topic_partition, ack_result>, kind> kinds_;
  std::uint64_t total_ = 0;
};

} // namespace cafka::actors
