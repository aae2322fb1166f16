#pragma once

#include "demo/findings.hpp"
#include "demo/window.hpp"
#include "invariants/invariants.hpp"

#include <cafka/events.hpp>
#include <cafka/record.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace cafka::demo {

/// What the handlers keep: the last state of each key, as fingerprints.
using state_table = std::unordered_map<std::uint64_t, std::uint64_t>;

/// What is known of one partition, at one moment.
struct partition_facts {
  std::uint64_t sent = 0;
  std::uint64_t handled = 0; ///< different records
  std::uint64_t deliveries = 0;
  std::uint64_t redeliveries = 0;
  std::uint64_t commits = 0; ///< commit requests that named the partition
  offset_t committed = 0;
  std::uint64_t uncommitted_bytes = 0;
};

/// The books of one partition: what was sent, handed out, handled, acked and
/// committed. The order and the commits are judged by the invariants, to which
/// each generation of the assignment is a member of its own; the books add what
/// the lines hold. Any thread.
class partition_ledger {
public:
  explicit partition_ledger(topic_partition x) : tp_(std::move(x)) {
  }

  // -- the producer
  void sent(const record_window::record& x);
  void take_back();
  void reported(offset_t at, std::uint64_t line);
  void not_sent(std::uint64_t line, const std::string& why);

  // -- the group's events
  void on_event(const event& x);

  // -- the partition's handler
  /// A handler call begins, with the records from `first` to `last`, or ends;
  /// two at a time would be wrong.
  void enter(offset_t first, offset_t last);
  void leave();
  /// The record is handled: what was sent, in order, and the key's new state.
  void handled(generation g, offset_t at, std::string_view key,
               std::string_view value);
  void acked(generation g, offset_t next);

  // -- the end
  partition_facts facts() const;
  /// Lines that are missing, changed, or not where they should be.
  findings lines_wrong() const;
  findings order_wrong() const;
  findings commits_wrong() const;
  std::uint64_t content() const;
  state_table states() const;

private:
  void begin(const event& x);
  findings broken(bool by_commits) const;

  mutable std::mutex mutex_;
  const topic_partition tp_;
  record_window window_;
  invariants facts_;
  std::string holder_; // who has it now; empty: nobody
  state_table states_;
  findings lines_;
  findings calls_;
  findings commits_;
  int calls_running_ = 0;
  offset_t handed_ = 0; // behind the highest record handed out
  std::uint64_t deliveries_ = 0;
  std::uint64_t redeliveries_ = 0;
  std::uint64_t commit_count_ = 0;
};

/// The books of all partitions. Immutable but for their content.
class ledger {
public:
  ledger(const std::string& topic, std::size_t partitions);
  partition_ledger& at(partition_t x) const {
    return *partitions_.at(static_cast<std::size_t>(x));
  }
  std::size_t size() const noexcept {
    return partitions_.size();
  }
  void on_event(const event& x) const;
  /// Sums.
  partition_facts total() const;

private:
  std::vector<std::unique_ptr<partition_ledger>> partitions_;
};

} // namespace cafka::demo
