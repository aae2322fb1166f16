#pragma once

#include "core/record_source.hpp"
#include "core/thread_factory.hpp"
#include "kafka/error.hpp"

#include <cafka/types.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cafka::kafka {

/// A partition and the offset to begin at or to commit. The two logical
/// offsets of Kafka's protocol stand for earliest and latest.
struct partition_offset {
  topic_partition tp;
  offset_t offset = 0;
};
inline constexpr offset_t offset_earliest = -2; // ListOffsets EARLIEST
inline constexpr offset_t offset_latest = -1;   // ListOffsets LATEST

// -- what `consumer::poll` gives ----------------------------------------------

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
/// answered with UNKNOWN_MEMBER_ID; 2.0.2). Nothing may be committed for it, and
/// only another client makes a fresh start; the answer is to abandon this one.
struct forgotten {};

/// Answer to `look_up_committed`; no offset: nothing was ever committed.
struct committed_found {
  struct entry {
    topic_partition tp;
    std::optional<offset_t> offset;
  };
  std::uint64_t token = 0;
  std::vector<entry> entries;
  error failure; // of the whole look-up, or of its first failed partition
};

/// Answer to `count_partitions`; 0: no such topic. A topic that the broker does
/// not let us see is missing.
struct partitions_counted {
  std::map<std::string, partition_t> counts;
  error failure; // of the whole count
};

/// Answer to `find_ends`; an end that could not be found is missing.
struct ends_found {
  std::uint64_t token = 0;
  std::map<topic_partition, offset_t> ends;
  error failure; // of the request that asked for all
};

/// Answer to `find_range`.
struct range_found {
  topic_partition tp;
  offset_range range; // from the first offset that is held up to the end
  error failure;
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

using consumer_event
  = std::variant<assigned, revoked, forgotten, committed_found,
                 partitions_counted, ends_found, range_found, commit_answered,
                 membership, client_error, log_line>;

/// How a client ended. A member that its group still lists takes its share of
/// the partitions, and holds rebalances up, until its session is over.
struct client_ended {
  bool in_time = true; ///< else it may not have ended yet
  bool listed = false; ///< the group was not heard to let it go
  std::chrono::milliseconds session{0}; ///< `session.timeout.ms`
};

/// librdkafka properties by their own names (`session.timeout.ms`).
using properties = std::map<std::string, std::string>;

/// The Kafka client of one group member: librdkafka's consumer, driven by
/// events. Not thread safe: one actor owns it; only `wake` comes from other
/// threads. No call blocks but `close` and `abandon`; `catch_up`, and `poll` where
/// it gives a rebalance, wait for librdkafka's main thread.
class consumer {
public:
  /// `wake` is called on librdkafka's threads, under its locks, when `poll` has
  /// something; it must only post. Errors name the property that librdkafka
  /// does not know or refuses, or tell that the system gives no thread. `props`
  /// needs bootstrap.servers and group.id. `headers`: of the records, are
  /// wanted. `make_thread`: for the calls that block, the last ones too.
  static result<std::unique_ptr<consumer>>
  open(const properties& props, std::function<void()> wake, bool headers = true,
       const core::thread_factory& make_thread = core::make_thread);

  /// As `abandon` if nothing else ended it.
  ~consumer();
  consumer(const consumer&) = delete;
  consumer& operator=(const consumer&) = delete;

  error subscribe(const std::vector<std::string>& topics);

  /// The next event, or nothing. Calling it is also the keep-alive: librdkafka
  /// wants it at least once in `max.poll.interval.ms`.
  std::optional<consumer_event> poll();

  /// Waits until librdkafka's main thread has seen all that came from the group
  /// before: then `poll` has what it says of it. Some 20 us; as long as that
  /// thread works on something else.
  void catch_up();

  /// Asks the group coordinator what the group committed; answered by a
  /// `committed_found` with `token`.
  void look_up_committed(std::uint64_t token,
                         const std::vector<topic_partition>& partitions,
                         std::chrono::milliseconds timeout);

  /// Asks a broker how many partitions the subscribed topics have, all at once;
  /// answered by a `partitions_counted`. It waits for earlier questions, and a look-up for it.
  void count_partitions(std::chrono::milliseconds timeout);

  /// Asks the leaders of these partitions (at least one) for their readable
  /// ends, which the client itself only learns while it fetches; answered by an
  /// `ends_found` with `token`. It waits for earlier questions, as above.
  void find_ends(std::vector<topic_partition> partitions,
                 std::chrono::milliseconds timeout, std::uint64_t token = 0);

  /// Asks the leader of a partition what it holds; answered by a `range_found`.
  /// A broker that stood still may take itself for the leader for a while.
  void find_range(const topic_partition& tp, std::chrono::milliseconds timeout);

  /// The queue of a partition, taken out of the client's common queue. To be
  /// called before `assign`. The source lives until `unassign`, `abandon` or
  /// the end of the client closes it.
  core::record_source_ptr open_source(const topic_partition& tp,
                                      offset_t begin);

  /// Accepts an `assigned` with the begin of each partition; works for eager
  /// and cooperative assignors.
  error assign(const std::vector<partition_offset>& partitions);

  /// Gives partitions back; closes their sources.
  error unassign(const std::vector<topic_partition>& partitions);

  /// Sends one commit for all `offsets`; answered by a `commit_answered` with
  /// `token`.
  void commit(std::uint64_t token,
              const std::vector<partition_offset>& offsets);

  /// Moves a held partition; what its queue holds is void. Does not wait.
  error seek(const partition_offset& to);

  /// Moves a held partition whose position was out of range, where a seek does
  /// not revive it (librdkafka accepts a seek only in an active fetch state).
  /// `to.offset` may be logical.
  error reposition(const partition_offset& to);

  /// Partitions that are assigned now.
  std::vector<topic_partition> assignment() const;

  /// The handle is unusable; only its end makes sense.
  bool is_fatal() const;

  enum class farewell {
    leave, ///< lets the group know, unless the member is a static one
    none   ///< a commit that is unanswered has 1 s, then it cannot be sent
  };

  /// Ends the client on a thread of its own, whatever librdkafka does; calls
  /// `done` there when it is destroyed, if that ever comes. Quick. What must be
  /// over within `limit` is the farewell; then, or when the client is fatal, it
  /// is destroyed without. That may take `session.timeout.ms` where a commit is
  /// not answered, for which librdkafka awaits a coordinator that could take it.
  /// Gives what does the same as `cut_off` from any thread.
  static std::function<void()> end(std::unique_ptr<consumer> x, farewell how,
                                   std::chrono::milliseconds limit,
                                   std::function<void(client_ended)> done);

  /// `end` with a farewell, waited for `limit` and `end_grace`. No callback runs
  /// after it returned. To be called where blocking is allowed.
  static client_ended close(std::unique_ptr<consumer> x,
                            std::chrono::milliseconds limit);

  /// `end` without one, waited for 1 s and `end_grace`.
  static client_ended abandon(std::unique_ptr<consumer> x);

  /// What a client may take to be destroyed, beyond its farewell, before nobody
  /// waits for it any more.
  static constexpr std::chrono::milliseconds end_grace{2'000};

  /// Shuts the connections for good: from now on nothing reaches a broker, not
  /// even what librdkafka kept to send it later. Before `abandon`, where
  /// another member may own what was committed. Quick.
  void cut_off();

  /// Detaches `wake` and closes the sources: nothing more comes from here. The
  /// first step of every end. Bounded and quick.
  void detach();

  struct impl;

private:
  explicit consumer(std::shared_ptr<impl> x);
  std::shared_ptr<impl> impl_;
};

} // namespace cafka::kafka
