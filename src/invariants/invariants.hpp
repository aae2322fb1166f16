#pragma once

#include "core/range_set.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace cafka {

/// The facts that must be true of a consumer group whatever happens to its
/// members and its brokers, checked against what was seen of it: what the
/// broker took, what the members handled, and what the broker says is
/// committed. A value: who feeds it decides the order of what it saw, and which
/// of the facts it can tell. The demo and the tests feed it.
class invariants {
public:
  enum class rule : std::uint8_t {
    commit_rises,      ///< a committed offset went back
    commit_is_handled, ///< it passed a record that nobody had handled
    order,             ///< offsets did not rise within an assignment
    committed_is_done, ///< a record below the committed offset was handled again
    holder,            ///< a member handled what it did not hold
    position,          ///< an assignment began where no commit was, or a worker
                       ///< elsewhere than at its watermark
  };
  struct violation {
    rule broken = rule::order;
    std::string text; ///< a sentence
  };

  // -- what was seen ----------------------------------------------------------

  /// The broker acknowledged this record.
  void produced(const topic_partition& tp, offset_t offset);
  /// The broker holds nothing below any more.
  void removed(const topic_partition& tp, offset_t below);
  /// Of these offsets the broker may have dropped any.
  void compacted(const topic_partition& tp, offset_range which);
  /// The topic was deleted; what comes is another topic of its name.
  void deleted(const std::string& topic);
  void assigned(const std::string& member, const topic_partition& tp);
  /// As above, of one that tells where it begins.
  void assigned(const std::string& member, const topic_partition& tp,
                offset_t begin);
  /// The member's worker begins again at `begin`, which has to be behind what
  /// was acked.
  void restarted(const std::string& member, const topic_partition& tp,
                 offset_t begin);
  /// Given back, or lost where the member does not tell that apart.
  void revoked(const std::string& member, const topic_partition& tp);
  /// Taken away: others may get it, and a call that runs may finish.
  void lost(const std::string& member, const topic_partition& tp);
  /// The process has ended.
  void gone(const std::string& member);
  /// The process was stopped; others may get what it has, and until it is told
  /// so it may finish what it holds.
  void paused(const std::string& member);
  /// A run of offsets without holes was handed to the member's handler.
  void handled(const std::string& member, const topic_partition& tp,
               offset_range run);
  /// The member acked everything below `next`.
  void acked(const std::string& member, const topic_partition& tp,
             offset_t next);
  /// The member is about to ask for this commit.
  void commit_sent(const std::string& member, const topic_partition& tp,
                   offset_t offset);
  /// The broker says this. To be told after all that was handled before it
  /// could be said.
  void committed(const topic_partition& tp, offset_t offset);

  // -- what follows -----------------------------------------------------------

  /// All that was broken so far, the first thousand.
  const std::vector<violation>& violations() const noexcept {
    return violations_;
  }
  /// Offsets of records that the broker holds and nobody has handled.
  std::vector<offset_range> unhandled(const topic_partition& tp) const;
  /// Those of all partitions, a line for each
  /// range: at the end there must be none.
  std::vector<std::string> missing() const;
  /// Whether everything produced is committed.
  bool all_committed() const;

  std::uint64_t produced_count() const noexcept {
    return produced_count_;
  }
  /// Deliveries in all.
  std::uint64_t handled_count() const noexcept {
    return handled_count_;
  }
  /// Behind the last record that was handled; 0: none was.
  offset_t handled_end(const topic_partition& tp) const;
  /// Deliveries of records that had been delivered before, but for those by a
  /// member that was paused.
  std::uint64_t handled_again() const noexcept {
    return handled_again_;
  }
  /// Of those, what this member had handled before.
  std::uint64_t handled_again_after(const std::string& member) const;
  std::uint64_t handled_late() const noexcept {
    return handled_late_;
  }
  /// Who holds a partition by its own word.
  std::set<topic_partition> held_by(const std::string& member) const;

private:
  struct partition {
    core::range_set unhandled; // produced, held by the broker
    core::range_set handled;
    std::map<std::string, core::range_set> by; // by whom, if not committed
    offset_t end = 0;                          // behind the last one produced
    offset_t removed = 0;                      // nothing is held below
    offset_t committed = -1;
    offset_t sent = -1; // the highest commit that anybody asked for
  };
  struct assignment {
    offset_t next = 0;   // the least offset that keeps the order
    bool late = false;   // others may have it, and the member may not know
    bool over = false;   // it was given back or lost since
    offset_t acked = -1; // behind what was acked; -1: nobody tells
    offset_t sent = -1;  // the last commit that it asked for
  };
  static constexpr assignment never_held{0, false, true, -1, -1};

  assignment& held(const std::string& member, const topic_partition& tp);
  void violated(rule broken, const topic_partition& tp,
                const std::string& what);
  void check_committed(const topic_partition& tp, const partition& x,
                       offset_t offset);
  void check_run(const std::string& member, const topic_partition& tp,
                 offset_range run, const assignment& holder);
  void count_again(const partition& x, offset_range run);

  std::map<topic_partition, partition> partitions_;
  std::map<std::string, std::map<topic_partition, assignment>> held_;
  std::vector<violation> violations_;
  std::uint64_t produced_count_ = 0;
  std::uint64_t handled_count_ = 0;
  std::uint64_t handled_again_ = 0;
  std::uint64_t handled_late_ = 0;
  std::map<std::string, std::uint64_t> handled_again_after_;
};

} // namespace cafka
