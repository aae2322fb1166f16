#pragma once

#include "actors/coordinator_messages.hpp"
#include "core/commit_policy.hpp"
#include "core/committed_map.hpp"

#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace cafka::actors {

class manager_context;
struct held_partition;

/// Where the commit is decided. `core::commit_policy` says when; committed are
/// the watermarks that the broker has not confirmed, and where an operator
/// moves a partition to. One request is in flight at a time. Whether it may
/// leave is decided by the coordinator's `core::commit_fence`.
class offset_commits {
public:
  explicit offset_commits(manager_context& context);

  /// So many records were acked, and a watermark moved, or the map of what is
  /// acked above it has changed.
  void acked(std::size_t records);
  /// Whether commits have such maps.
  bool keeps_maps() const noexcept {
    return keeps_maps_;
  }
  /// Where a partition begins is known now. It is committed at once, so that a
  /// crash before the first ack does not skip what comes in between.
  void begin_known();
  /// While partitions are given back only that is due, and their last commit.
  void pause(bool on) noexcept {
    policy_.pause(on);
  }
  bool in_flight() const noexcept {
    return policy_.in_flight();
  }
  /// The broker has confirmed neither where it stands nor its map.
  bool is_uncommitted(const held_partition& x) const;

  void send_if_due();
  /// The last commit of what is given back, due or not, when none is in flight.
  /// Its id; nothing: the broker has confirmed all of it.
  std::optional<std::uint64_t> send_last(const std::set<topic_partition>& of);

  /// To the request in flight.
  struct answer {
    std::uint64_t id = 0;
    std::vector<topic_partition> again; ///< refused for now
  };
  /// Nothing: nobody waits for it any more.
  std::optional<answer> on_result(const commit_result& x);

private:
  std::optional<std::uint64_t> send(const std::set<topic_partition>* only);
  void on_failed(const commit_result::entry& x, answer& to);
  void on_committed(const commit_result::entry& x);
  void on_metadata_refused(const commit_result::entry& x);

  manager_context& context_;
  core::commit_policy policy_;
  const bool keeps_maps_;
  core::metadata_limit metadata_;
  std::uint64_t last_id_ = 0;
  time_point sent_at_{}; // the last one
};

} // namespace cafka::actors
