#pragma once

#include "core/log_line.hpp"

#include <cafka/events.hpp>
#include <cafka/message_batch.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/types.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace cafka::app {

/// The deeds of a run with one partition.
struct partition_account {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0; ///< of keys, values and headers
  std::uint64_t again = 0; ///< of the records, handed out before
  offset_t committed = -1; ///< confirmed by the broker; -1: nothing
  offset_t begin = -1;     ///< of the last assignment; -1: not known yet
  offset_t acked = -1; ///< behind the last acked of the assignment; -1: none
  offset_t given_back = -1;     ///< behind the last acked, at its end; -1: held
  cafka::generation generation; ///< of the last assignment
  /// Why it is held and nothing more of it is handled; empty: it is not so.
  std::string standstill;

  /// Acked records come again, because no commit of it was confirmed.
  bool comes_again() const noexcept {
    return given_back > std::max(committed, begin);
  }
};

/// The deeds of a run with one group.
struct group_facts {
  partition_account total; ///< without `committed`
  std::map<topic_partition, partition_account> partitions;
  std::uint64_t commits = 0; ///< of one partition each, confirmed
  std::uint64_t worker_restarts = 0;
  std::uint64_t group_restarts = 0;
};

/// Keeps the books of one group while it runs. Any thread.
class group_account {
public:
  void on_event(const event& x);
  /// A batch was handled.
  void on_handled(const message_batch& x);
  /// A partition that is given back from now on stood still until then, where
  /// it did.
  void on_stop();
  group_facts facts() const;

private:
  mutable std::mutex mutex_;
  group_facts facts_;
  bool stopping_ = false;
};

/// Handlers of `make` whose batches are counted once they are acked.
handler_factory counted(handler_factory make,
                        std::shared_ptr<group_account> account);

/// False: there are acked records of which no commit was confirmed.
bool all_is_committed(const group_facts& x);

/// False: a partition that is held has stopped, and an operator has to look at
/// it. One that was given back to the group goes on elsewhere.
bool all_go_on(const group_facts& x);

/// The summary of a run, at its end: a line with `event=summary` for the group
/// as a whole, and one for each partition. `name` is the one for `find`,
/// `group` the consumer group.
std::vector<core::log_line> summary_lines(const std::string& name,
                                          const std::string& group,
                                          const group_facts& x);

} // namespace cafka::app
