#pragma once

/// Between the manager, a worker, and the worker's strand: see messages.hpp.

#include "core/delivery_log.hpp"
#include "core/partition.hpp"
#include "core/range_set.hpp"

#include <cafka/errc.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/types.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace cafka::actors {

// -- worker and its strand -> manager ---------------------------------------------------

/// Names a worker life of a partition.
struct worker_id {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t life = 0;
  friend bool operator==(const worker_id&, const worker_id&) = default;
};

/// The handler is built and has nothing to begin with, or retained records are
/// to come next: those above `after`. Answered with `redeliver` or `read_source`.
struct worker_ready {
  worker_id from;
  offset_t after = -1;
};

struct call_ended {
  worker_id from;
  core::delivery_ptr what;
  handler_answer::kind answer = handler_answer::kind::ack;
  offset_range batch;    ///< from its first offset up to behind its last one
  offset_t through = -1; ///< acked up to here, if anything is
};

/// A handler call begins, with redelivered records.
struct call_begun {
  worker_id from;
};

/// All that one drain of the source gave, so that nothing of it comes before or
/// without the rest. With a block a handler call begins, unless a `life_failed`
/// follows.
struct source_drained {
  worker_id from;
  core::intake what;
  /// The source's position is out of the broker's range.
  bool out_of_range = false;
  std::optional<call_ended> before; ///< ended just now
};

/// The handler is closed after a `drain_worker`; the worker ends.
struct worker_drained {
  worker_id from;
};

/// The strand ended the life: the handler could not be built, a call failed, or the
/// source did. The last message of that strand; the worker ends with the same
/// cause, and a successor need not wait for that.
struct life_failed {
  worker_id from;
  errc code = errc::none;
  std::string text;
};

/// The very last message of a worker, from its state's destructor. Where no
/// `life_failed` came before, a successor may start only after this and the
/// DOWN, which come in either order.
struct worker_released {
  worker_id from;
};

/// The handler's `on_close` threw. From the worker's strand, also when the worker
/// is gone.
struct close_failed {
  worker_id from;
  std::string text;
};

// -- manager -> worker -----------------------------------------------------------------

struct redeliver {
  core::redelivery what;
};

struct read_source {
  core::range_set skip; ///< individually acked already
  offset_t from = 0;    ///< nothing below; 0 where the begin is not resolved
};

/// Stops (true) or resumes new deliveries: too many ranges of acks.
struct hold_delivery {
  bool on = false;
};

/// No new call; when the running one has returned, close the handler, say
/// `worker_drained` and end.
struct drain_worker {
  time_point deadline;
  close_reason why = close_reason::revoked;
};

/// End now; a call that runs is left to its thread.
struct fence_worker {
  close_reason why = close_reason::lost;
};

// -- a worker's strand -> worker -----------------------------------------------------------

/// The strand ended the life, or its call has returned after a stop.
struct call_returned {
  errc code = errc::none;
  std::string text;
};

struct handler_closed {};

} // namespace cafka::actors
