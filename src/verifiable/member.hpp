#pragma once

#include "io/line_writer.hpp"

#include <cafka/events.hpp>
#include <cafka/message_batch.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace cafka::app {

/// The lines that one member of a group tells of itself, in the order in which
/// a test harness relies on it: a partition is assigned, its records are
/// consumed, their offsets are committed, it is revoked. Any thread.
class verifiable_member {
public:
  struct settings {
    bool verbose = false;        ///< a line per record, too
    bool reports_commits = true; ///< false: nobody asked for them
    /// Records that are consumed; no more are.
    std::optional<std::uint64_t> records_max;
  };
  /// Where the lines go. Must not wait: the group's actors call it.
  using sink = std::function<io::line_writer::ticket(const std::string& lines)>;

  verifiable_member(settings x, sink out);

  /// Everything that follows is of a member that has started.
  void start();
  /// For `group_options::observer`.
  void on_event(const event& x);

  struct consumed {
    io::line_writer::ticket written; ///< with it the records may be acked
    offset_t last = 0;               ///< some of the batch may be too many
  };
  /// Tells that the batch is consumed; nothing: it is not, because its
  /// generation is over or `records_max` is reached, and so no later one is.
  std::optional<consumed> consume(const message_batch& x);

  /// `records_max` are consumed.
  bool finished() const;

  /// The group has ended, whatever it was able to tell of it.
  void end();

private:
  struct holding {
    cafka::generation generation;
    offset_t next = -1;      // behind what was consumed; -1: nothing was
    offset_t committed = -1; // as told; at first where the partition began
  };
  /// One in its generation; null: it is not held.
  holding* find(const topic_partition& tp, generation g);
  void on_committed(const event& x);
  void on_commit_failed(const event& x);
  void lose_all();
  std::uint64_t room() const;
  std::string describe(const message_batch& x, std::size_t count) const;

  const settings settings_;
  const sink out_;
  mutable std::mutex mutex_;
  std::map<topic_partition, holding> held_;
  std::vector<topic_partition> added_;   // by the rebalance that is told
  std::vector<topic_partition> removed_; // the same
  std::uint64_t consumed_ = 0;
};

} // namespace cafka::app
