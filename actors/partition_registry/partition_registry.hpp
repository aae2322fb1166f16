#pragma once

#include "actors/partition_registry/group_counts.hpp"
#include "core/failure_rules.hpp"
#include "core/partition_counts.hpp"
#include "core/pause_table.hpp"
#include "executor/strands.hpp"

#include <cafka/types.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace cafka::actors {
struct handler_session;
class manager_buffer;
} // namespace cafka::actors

namespace cafka {

/// All that outlives the manager and the coordinator of a group: the
/// generations of its partitions, the table of running handler calls, the acks
/// and reports that wait for a manager, how many partitions the topics had at
/// first, how many records of each were got past in a row, what operators
/// paused, what the client was replaced for, and what was counted. Thread safe,
/// but for the counts.
class partition_registry {
public:
  using exhausted_callback = std::function<void(std::size_t threads)>;

  /// `make_executor` is given what to call when all threads are busy. `doze`:
  /// see `manager_buffer`.
  explicit partition_registry(
    const std::function<std::unique_ptr<executor::abstract_executor>(
      exhausted_callback)>& make_executor,
    duration doze = duration::zero());

  /// The next generation of the partition; no two calls give the same. From now
  /// on no handler call of a former one begins.
  generation raise(const topic_partition& tp);

  /// How many partitions a topic has; the first word on it counts.
  void note_partitions(const std::string& topic, partition_t count);
  bool has_counted(const std::string& topic);
  /// The partition came while the group ran.
  bool is_new(const topic_partition& tp);

  /// The client is replaced because the partition stalls at `position`.
  void note_replaced(const topic_partition& tp, offset_t position);
  /// Where it was when that happened last; -1: it never did.
  offset_t replaced_at(const topic_partition& tp);

  /// Records that were got past in a row, to be kept while the partition is
  /// held, across the incarnations of the group.
  void note_row(const topic_partition& tp, const core::failure_row& x);
  core::failure_row row(const topic_partition& tp);
  /// The rows of all others end: they left while no manager was there.
  void end_rows_but(const std::function<bool(const topic_partition&)>& is_held);

  /// The topics for dead letters were seen, or cannot be asked for: one that is
  /// missing later ends no group.
  void note_letter_topics();
  bool knows_letter_topics();

  /// Operators' pauses: see `core::pause_table`.
  void pause(const topic_partition& of, core::pause_table::pause x);
  /// False: there was none of just this.
  bool resume(const topic_partition& of);
  core::pause_table pauses();

  /// `x` is the partition's handler from now on. Returns the one before it, if
  /// that still lives, with its calls cancelled: `x` is to close it before it
  /// builds its own.
  std::shared_ptr<actors::handler_session>
  enter(const topic_partition& tp,
        const std::shared_ptr<actors::handler_session>& x);

  executor::strands& strands() noexcept {
    return strands_;
  }

  /// The acks and reports for the manager of the moment.
  const std::shared_ptr<actors::manager_buffer>& buffer() const noexcept {
    return buffer_;
  }

  /// For the manager of the moment alone, and for the supervisor while there is
  /// none.
  actors::group_counts& counts() noexcept {
    return group_counts_;
  }

  /// Who hears that handler threads are exhausted; replaces the former one.
  void on_threads_exhausted(exhausted_callback f);

private:
  struct listener {
    std::mutex mutex;
    exhausted_callback on_exhausted;
  };

  struct entry {
    cafka::generation generation;
    std::weak_ptr<actors::handler_session> handler;
    offset_t replaced_at = -1;
    core::failure_row row;
  };

  const std::shared_ptr<actors::manager_buffer> buffer_;
  std::mutex mutex_; // guards the four below
  bool knows_letter_topics_ = false;
  core::partition_counts counts_;
  core::pause_table pauses_;
  std::unordered_map<topic_partition, entry> partitions_;
  actors::group_counts group_counts_;
  std::shared_ptr<listener> listener_ = std::make_shared<listener>();
  executor::strands strands_;
};

} // namespace cafka
