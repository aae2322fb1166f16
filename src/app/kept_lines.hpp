#pragma once

#include "kafka/producer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace cafka::app {

/// A record whose batch was too large for its topic, to be sent again.
struct kept_line {
  partition_t partition;
  std::optional<std::string> key;
  std::optional<std::string> value;
  kafka::error failure;
};

/// Copies of the records that are to be sent again in smaller batches, and what
/// becomes of the order of their partitions. One thread.
class kept_lines {
public:
  using by_number = std::map<std::uint64_t, kept_line>;

  void keep(std::uint64_t line, const kafka::producer::reported_record& x,
            const kafka::error& failure);
  void delivered(std::uint64_t line, partition_t at);

  /// All that are kept, in the order of their lines; none is kept then.
  by_number take();

  std::size_t size() const noexcept {
    return kept_.size();
  }
  /// Lines that were taken when a later one of their partition was delivered:
  /// they stand behind it.
  const std::set<std::uint64_t>& overtaken() const noexcept {
    return overtaken_;
  }

private:
  by_number kept_;
  std::map<partition_t, std::uint64_t> last_delivered_;
  std::set<std::uint64_t> overtaken_;
};

/// The next batch size to try.
std::size_t smaller_batch(std::size_t bytes);

/// Whether a batch of that size holds this record alone.
bool fills_batch(const kafka::producer::reported_record& x, std::size_t bytes);

} // namespace cafka::app
