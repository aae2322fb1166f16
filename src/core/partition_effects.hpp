#pragma once

#include "core/delivery_log.hpp"
#include "core/failure_rules.hpp"
#include "core/flow_window.hpp"

#include <cafka/ack_result.hpp>
#include <cafka/types.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// What a partition is told and what it says is to be done.
namespace cafka::core {

/// Something about failed records that is told.
struct failure_note {
  enum class kind {
    record_failed,      ///< offset, count: its failures, cause
    isolating,          ///< offset: from here on, count: records, cause
    isolation_through,  ///< offset: up to before here; no record failed alone
    blame_unknown,      ///< offset: its ack did not come
    dead_lettered,      ///< offset, cause.text: where it came to lie
    dead_letter_failed, ///< offset, cause
    record_skipped,     ///< offset, cause
    failure_flood,      ///< offset, count: got past in a row
  };
  kind what;
  offset_t offset = -1;
  std::uint64_t count = 0;
  failure_cause cause;
};

/// What an ack or a handler's answer did to a partition.
struct ack_effect {
  ack_result result = ack_result::accepted;
  volume freed;            ///< what left the window
  std::size_t records = 0; ///< became acked
  bool moved = false;      ///< the watermark
  /// Its worker waited for this: `next_redelivery` has more for it now, or the
  /// source goes on.
  bool goes_on = false;
  std::vector<failure_note> notes;

  /// What another ack did besides.
  void add(ack_effect x);
};

/// What one drain of the source gave, as the partition keeps it.
struct intake {
  /// Null: there was nothing to deliver.
  delivery_ptr block;
  /// The source's position behind it, if it moved.
  std::optional<offset_t> next;
  /// What a logical begin was resolved to.
  std::optional<offset_t> resolved_begin;
};

/// What a worker's strand is to do next.
struct delivery_step {
  /// Retained records that are handed out again; nothing: the source is read.
  std::optional<redelivery> again;
  range_set skip;    ///< of the source: acked on their own already
  offset_t from = 0; ///< nothing below; 0 where the begin is not resolved
  /// Of the source comes one record, and then the manager is asked again.
  bool alone = false;
  /// Of records that come again from the source: as in `redelivery`.
  std::vector<std::pair<offset_t, std::uint32_t>> failures = {};
};

/// What to do after a worker ended.
struct failure_decision {
  enum class action {
    restart, ///< after `delay`
    exhaust, ///< restarts are used up
    finish,  ///< it is given back: nothing is to be restarted
  };
  action what = action::restart;
  duration delay{0};
};

/// A handler call that failed.
struct failed_call {
  offset_range batch;      ///< from its first offset up to behind its last one
  std::size_t records = 1; ///< that it was called with
  /// The record that the handler named; what lies below it in the batch is
  /// processed.
  std::optional<offset_t> at;
  failure_cause cause;
};

/// A dead letter is to be written; its report comes back with `id`.
struct dead_letter_order {
  std::uint64_t id = 0; ///< of the partition's generation
  offset_t offset = 0;
  redelivery record; ///< just this one
  std::uint32_t failures = 0;
  failure_cause cause;
};

/// What a failure did to a partition, and what is to be done about it: tell the
/// notes, apply `acked`, order the dead letters, see to the worker.
struct failure_effect {
  enum class action {
    none,           ///< its worker, if there is one, goes on
    restart,        ///< its worker ends, a backoff of `delay` begins
    wait,           ///< its worker ends; a report or `look` brings it on
    stop_partition, ///< its worker ends, none follows
    stop_group,     ///< so does the group
    finish,         ///< it was draining: its worker ends, none follows
  };
  std::vector<failure_note> notes;
  ack_effect acked;
  std::vector<dead_letter_order> letters;
  action worker = action::none;
  duration delay{0};
};

/// Where the client is to go on reading a partition.
struct move_target {
  std::uint64_t id = 0; ///< tells moves of a generation apart
  offset_t to = 0;      ///< negative: logical
  /// Its position is out of the broker's range: a seek does not revive it.
  bool revive = false;
};

/// What keeps a partition from new records although its window has room.
enum class pause_reason : std::uint8_t {
  ack_ranges = 1, ///< `ack-ranges-max`: the gaps must be closed first
  intent = 2,     ///< an operator's; it outlives a new generation
};

} // namespace cafka::core
