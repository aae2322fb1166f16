#pragma once

#include "core/committed_map.hpp"

#include <cafka/types.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace cafka::core {

/// One request for all partitions that are to be committed.
struct commit_request {
  struct entry {
    topic_partition tp;
    cafka::generation generation;
    offset_t offset = 0; ///< of the next record to read, as Kafka commits it
    commit_note note;
    friend bool operator==(const entry&, const entry&) = default;
  };
  std::uint64_t id = 0; ///< rises from request to request
  std::vector<entry> entries;
};

/// Which commits leave. Kafka accepts a commit for a partition that the member
/// gave away, and librdkafka may send one in a later generation of the group:
/// so only what is held in its generation leaves, and one request at a time,
/// which a retried one can never overtake. While the member joins, a request
/// waits: the broker would refuse it, and librdkafka lose the assignment
/// (#4059, until 2.10).
///
/// ```
///            request                    the member is settled, or gives back
///   idle ──────────────► parked ──────────────────────────────────► sent
///    ▲ │ refused: none      │ lost, replaced: answered                │
///    │ │ of it is held      ▼                                         │
///    │ └──────────────►  idle                                         │
///    └──────────── answered, or the client was replaced ──────────────┘
///   sent ── lost, or given back before the answer: the client is replaced
/// ```
///
/// Every request is answered once; an answer holds all of its entries.
class commit_fence {
public:
  enum class state : std::uint8_t { idle, parked, sent };

  /// Why an entry was refused here.
  enum class refusal : std::uint8_t {
    none,   ///< it left: the broker's answer counts
    fenced, ///< not held in this generation
    busy,   ///< another request is not answered yet
    lost,   ///< the partitions were lost before the answer came
    ended,  ///< the client or its actor ended
  };
  struct answer {
    struct entry {
      commit_request::entry what;
      refusal why = refusal::none;
    };
    std::uint64_t id = 0;
    std::vector<entry> entries;
  };

  // -- what the member holds

  void take(const topic_partition& tp, generation g);
  void release(const std::vector<topic_partition>& partitions);
  bool holds(const topic_partition& tp, generation g) const;
  /// Nothing where the partition is not held.
  std::optional<generation> held_in(const topic_partition& tp) const;
  std::vector<topic_partition> held() const;

  // -- commits

  /// An answer: nothing of the request leaves.
  std::optional<answer> on_request(commit_request x);
  /// The request that may leave now. It counts as sent.
  std::optional<commit_request> send_if(bool may_send);
  /// Whether one waits to be sent.
  bool is_parked() const noexcept {
    return state_ == state::parked;
  }
  /// The broker answered the request of this id. Nothing: it is not ours.
  std::optional<answer> on_answered(std::uint64_t id);
  /// Another member may own what is held, or it is given back now. True: a
  /// request is on its way, which only another client keeps from counting
  /// later.
  bool must_replace_client() const noexcept {
    return state_ == state::sent;
  }
  /// Nothing of the outstanding request counts any more. Nothing: there is
  /// none.
  std::optional<answer> abort(refusal why);

  state at() const noexcept {
    return state_;
  }

private:
  void transition_to(state x) noexcept;
  answer take_answer(refusal why);

  std::map<topic_partition, generation> held_;
  state state_ = state::idle;
  // Of the outstanding request; empty while idle.
  commit_request outstanding_;
  std::vector<commit_request::entry> fenced_;
};

} // namespace cafka::core
