#pragma once

#include <cstddef>

namespace cafka::core {

/// An amount of records.
struct volume {
  std::size_t records = 0;
  std::size_t bytes = 0;
  volume& operator+=(const volume& x) noexcept {
    records += x.records;
    bytes += x.bytes;
    return *this;
  }
  /// `x` must be a part of this.
  volume& operator-=(const volume& x) noexcept;
  friend bool operator==(const volume&, const volume&) = default;
};

/// Flow control of one partition: how much is handed out and neither acked nor
/// continued. As in brod, it closes only when both bounds are exceeded, so that
/// it holds at most max(records_max × largest record, bytes_max) plus one fetch
/// step.
class flow_window {
public:
  flow_window(std::size_t records_max, std::size_t bytes_max) noexcept
    : records_max_(records_max), bytes_max_(bytes_max) {
  }
  void add(volume x) noexcept {
    used_ += x;
  }
  /// `x` must have been added before.
  void free(volume x) noexcept;
  /// Everything that was added is freed.
  void clear() noexcept {
    used_ = {};
  }
  bool open() const noexcept {
    return used_.records <= records_max_ || used_.bytes <= bytes_max_;
  }
  /// How many more records of `largest_bytes` (0: not known) go in before it
  /// closes, the one that closes it included; at least 1.
  std::size_t records_left(std::size_t largest_bytes) const noexcept;
  volume used() const noexcept {
    return used_;
  }

private:
  std::size_t records_max_;
  std::size_t bytes_max_;
  volume used_;
};

} // namespace cafka::core
