#pragma once

/// Between the coordinator and its neighbours, the manager and the reaper of
/// clients: see messages.hpp.

#include "core/commit_fence.hpp"
#include "core/partition_move.hpp"
#include "core/record_source.hpp"
#include "kafka/client_events.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cafka::kafka {
class mortal_client;
} // namespace cafka::kafka

namespace cafka::actors {

// -- coordinator -> manager ---------------------------------------------------

/// One partition of `assignments_received`.
struct assignment {
  topic_partition tp;
  cafka::generation generation;
  /// First offset to deliver; negative: logical.
  offset_t begin = 0;
  /// The offset that the group had committed, if any.
  std::optional<offset_t> committed;
  core::record_source_ptr source;
  core::committed_map map = {}; ///< beside it
};

/// The group gave these partitions, and their begins are known. Not answered.
struct assignments_received {
  std::string group;
  rebalance_id rebalance;
  std::vector<assignment> partitions;
};

/// The group takes these partitions. Answered with `revocation_done`. Where
/// they are lost they are fenced at once, without a drain or a commit.
struct assignments_revoked {
  rebalance_id rebalance;
  std::vector<topic_partition> partitions;
  bool lost = false;
};

/// Answer to `commit_request`, for all of its entries.
struct commit_result {
  struct entry {
    topic_partition tp;
    cafka::generation generation;
    offset_t offset = 0;
    kafka::error failure;
    std::string metadata = {};
  };
  std::uint64_t id = 0;
  std::vector<entry> entries;
};

/// Answer to `seek_request`: the position was moved, or could not be.
struct seek_done {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t id = 0; ///< of the `seek_request`
  kafka::error failure;
};

/// Answer to `range_request`; nothing: the leader did not say.
struct range_result {
  topic_partition tp;
  cafka::generation generation;
  std::optional<offset_range> range;
};

/// Answer to `position_request` of that id.
struct position_result {
  topic_partition tp;
  std::uint64_t id = 0;
  core::position_facts what;
};

/// Answer to `ends_request`; what could not be found is missing. `asked`: the
/// brokers were, else silence has another reason.
struct ends_result {
  std::map<topic_partition, offset_t> ends;
  bool asked = false;
  std::uint64_t id = 0; ///< of the `ends_request`
};

/// Something is wrong with the client or its connections, told once for as long
/// as it lasts.
struct client_failure {
  kafka::error what;
};

/// The member has no partitions yet, for longer than a rebalance takes; once a
/// minute.
struct member_waiting {
  std::string what_for;
};

/// No broker was left, and now one has answered.
struct client_recovered {};

// -- manager -> coordinator ---------------------------------------------------

/// Answered with one `commit_result` of the same id and the same entries, at
/// the latest when the client ends.
using core::commit_request;

/// The partitions of this rebalance are drained and committed, or out of time.
struct revocation_done {
  rebalance_id rebalance;
};

/// Moves a held partition; negative offsets are logical. `revive`: its position
/// was out of range, and from now on `generation` holds. Answered with
/// `seek_done`.
struct seek_request {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t id = 0;
  offset_t offset = 0;
  bool revive = false;
};

/// Asks the leader of a held partition what it holds. Answered with
/// `range_result`, unless the partition is given back or lost meanwhile.
struct range_request {
  topic_partition tp;
  cafka::generation generation;
};

/// Asks the leader of a held partition what can be read, and where the first
/// record stands that is as new as that, in ms since 1970. Answered with
/// `position_result`, unless the client is replaced meanwhile.
struct position_request {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t id = 0; ///< rises from request to request
  std::optional<std::int64_t> time_ms;
};

/// The generation of a held partition is over, and from now on `generation`
/// holds: commits of it leave. Of another one than `former` it is void.
struct follow_generation {
  topic_partition tp;
  cafka::generation former;
  cafka::generation generation;
};

/// Asks the brokers for the readable ends; one at a time. Answered with one
/// `ends_result`, an empty one while the member is not settled in its group or
/// no broker is there.
struct ends_request {
  std::vector<topic_partition> partitions;
  std::uint64_t id = 0; ///< rises from request to request
};

/// Nothing comes from a held partition, and nothing is known to be in its way.
/// Not answered: what it brings is records. Of another generation it is void.
struct wake_request {
  topic_partition tp;
  cafka::generation generation;
  offset_t offset = 0;   ///< where delivery goes on; negative: logical
  bool reassign = false; ///< else a seek
};

/// Leaves the group and ends.
struct close_client {};

// -- coordinator or producer -> reaper ----------------------------------------

/// A client is to be ended. `last`: none comes after it; then there may be no
/// client. `member`: of a group, which may go on to list it.
struct bury_client {
  std::shared_ptr<kafka::mortal_client> client;
  kafka::farewell how = kafka::farewell::none;
  bool last = false;
  bool member = true;
};

/// From the client's own thread: it is destroyed.
struct client_gone {
  std::uint64_t number = 0;
  kafka::client_ended how;
};

} // namespace cafka::actors
