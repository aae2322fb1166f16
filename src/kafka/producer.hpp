#pragma once

#include "kafka/consumer.hpp"

#include <cafka/record.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cafka::kafka {

/// A producer whose every record is accounted for by its delivery report.
class producer {
public:
  /// Called by `poll` and `flush`, once per record: where it came to lie, or
  /// why not (then `offset` < 0). `tag` is the caller's.
  using report = std::function<void(std::uint64_t tag, partition_t, offset_t,
                                    const error&)>;

  static result<std::unique_ptr<producer>> open(const properties& props,
                                                report on_report);
  /// Drops what is not reported yet, without a report; see `flush`.
  ~producer();
  producer(const producer&) = delete;
  producer& operator=(const producer&) = delete;

  /// Copies and queues one record. `partition` -1: chosen by the key's hash
  /// (Java's murmur2). `timestamp_ms` 0: now. False: the queue is full; `poll`
  /// and try again.
  result<bool> send(const std::string& topic, partition_t partition,
                    optional_bytes key, optional_bytes value, std::uint64_t tag,
                    const std::vector<header>& headers = {},
                    std::int64_t timestamp_ms = 0);

  struct reported_record {
    partition_t partition; ///< also of one that failed, once it was chosen
    optional_bytes key;
    optional_bytes value;
  };
  /// The record that a report is of, to be sent again say. Only while it is
  /// called.
  reported_record reported() const;

  /// Why nothing will be delivered, whatever is waited for: the brokers refuse
  /// the login or a
  /// right, say. Success while that is not known; news come with `poll`.
  const error& refusal() const noexcept;

  /// Serves delivery reports, waiting up to `limit` for the first.
  void poll(std::chrono::milliseconds limit);

  /// Waits until everything is reported; false: `limit` passed before.
  bool flush(std::chrono::milliseconds limit);

private:
  struct impl;
  explicit producer(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace cafka::kafka
