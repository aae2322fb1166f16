#pragma once

#include "core/begin_lookup.hpp"
#include "core/committed_map.hpp"
#include "core/partition_move.hpp"
#include "kafka/error.hpp"

#include <cafka/types.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cafka::kafka {

/// A partition and the offset to begin at or to commit. The two logical
/// offsets of Kafka's protocol stand for earliest and latest.
struct partition_offset {
  topic_partition tp;
  offset_t offset = 0;
  core::commit_note note = {}; ///< of a commit
};
using core::offset_earliest;
using core::offset_latest;

// -- what `client::poll` gives ----------------------------------------------

/// The member was given these partitions (cooperative: in addition). Answer
/// with `assign`, for an empty list too.
struct assigned {
  std::vector<topic_partition> partitions;
};

/// These partitions are to be given back. Answer with `unassign`. Lost: another
/// member may own them already; nothing may be committed for them.
struct revoked {
  std::vector<topic_partition> partitions;
  bool lost = false;
};

/// Instead of either: the group forgot this member while it joined and took it
/// in as a new one. What it holds may have had other owners meanwhile, but
/// librdkafka goes on with it (a static, cooperative member whose JoinGroup is
/// answered with UNKNOWN_MEMBER_ID; 2.0.2). Nothing may be committed for it,
/// and only another client makes a fresh start; the answer is to abandon this
/// one.
struct forgotten {};

/// Answer to `look_up_committed`; no offset: nothing was ever committed.
struct committed_found {
  struct entry {
    topic_partition tp;
    std::optional<offset_t> offset;
    core::commit_note note = {};
  };
  std::uint64_t token = 0;
  std::vector<entry> entries;
  error failure; // of the whole look-up, or of its first failed partition
};

/// Answer to `count_partitions` with `token`; 0: no such topic. A topic that
/// the broker does not let us see is missing.
struct partitions_counted {
  std::uint64_t token = 0;
  std::map<std::string, partition_t> counts;
  error failure; // of the whole count
};

/// Answer to `find_ends`; an end that could not be found is missing.
struct ends_found {
  std::uint64_t token = 0;
  std::map<topic_partition, offset_t> ends;
  error failure; // of the request that asked for all
  /// Of the leaders, where librdkafka tells them (2.1).
  std::map<topic_partition, std::int32_t> leader_epochs = {};
};

/// Answer to `find_range` with `token`.
struct range_found {
  std::uint64_t token = 0;
  topic_partition tp;
  offset_range range; // from the first offset that is held up to the end
  error failure;
};

/// Answer to `find_position` with `token`.
struct position_found {
  std::uint64_t token = 0;
  topic_partition tp;
  core::position_facts what; ///< says why, too, where nothing was found
  error failure;             ///< it could not be asked at all
};

/// Answer to `commit`.
struct commit_answered {
  struct entry {
    partition_offset what;
    error failure;
  };
  std::uint64_t token = 0;
  std::vector<entry> entries;
  error failure; // of the whole request, or of its first failed partition
};

/// Whether the member is settled in its group. While it is not, a commit that
/// is not part of a revocation is queued behind the JoinGroup and then refused
/// with ILLEGAL_GENERATION, which costs the whole assignment (librdkafka #4059,
/// until 2.10).
struct membership {
  bool settled = false;
};

/// An error of the client, informational unless `error::fatal` or permanent.
struct client_error {
  error what;
  bool no_broker_left = false; // told once each time that the last one is gone
};

/// One line of librdkafka's log; `level` as in syslog(3), 0 to 7.
struct log_line {
  int level = 0;
  std::string facility;
  std::string text;
};

using client_event
  = std::variant<assigned, revoked, forgotten, committed_found,
                 partitions_counted, ends_found, range_found, position_found,
                 commit_answered, membership, client_error, log_line>;

/// How a client ended. A member that its group still lists takes its share of
/// the partitions, and holds rebalances up, until its session is over.
struct client_ended {
  bool in_time = true; ///< else it may not have ended yet
  bool listed = false; ///< the group was not heard to let it go
  std::chrono::milliseconds session{0}; ///< `session.timeout.ms`
};

enum class farewell : std::uint8_t {
  leave, ///< lets the group know, unless the member is a static one
  none   ///< a commit that is unanswered has 1 s, then it cannot be sent
};

} // namespace cafka::kafka
