#pragma once

#include "demo/chaos.hpp"
#include "demo/ledger.hpp"

#include <cafka/group.hpp>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace cafka::demo {

/// What the demo's own handler does wrong on purpose, to show that the checks
/// would see it.
enum class sabotage_kind : std::uint8_t {
  none,
  skip_ack,     ///< the last records of a partition are never acked
  early_commit, ///< a batch is acked, and committed, before it is handled
  lose_record,  ///< a record is never handled, though acked
  reorder,      ///< two records change places
};

/// Called by the handlers of all partitions; `none` does nothing. Any thread.
class saboteur {
public:
  using sender = std::function<void(const ack&)>;

  /// `records` per partition; `to_group` sends an explicit ack.
  saboteur(sabotage_kind kind, std::uint64_t seed,
           const std::vector<std::uint64_t>& records, const chaos& failures,
           const ledger& books, sender to_group);

  /// False: this input gives it nothing to break.
  static bool can(sabotage_kind kind,
                  const std::vector<std::uint64_t>& records) noexcept;

  /// Before a batch is handled. May block until a commit was sent.
  void before(const message_batch& x);
  /// The records of the batch in the order in which to handle them.
  std::vector<std::size_t> order(const message_batch& x);
  bool loses(partition_t p, offset_t at) const noexcept;
  bool skips_ack(const message_batch& x) const noexcept;

  void on_event(const event& x);
  /// From now on nothing waits.
  void interrupt();

private:
  bool is_quiet(const message_batch& x) const;

  sabotage_kind kind_;
  partition_t partition_ = -1; // whose records are lost, or not acked
  offset_t at_ = -1;
  const chaos& failures_;
  const ledger& books_;
  sender to_group_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false; // what happens only once
  bool interrupted_ = false;
  std::map<partition_t, offset_t> commits_sent_;
};

} // namespace cafka::demo
