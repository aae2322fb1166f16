#pragma once

/// Between the manager, a worker, and the partition's strand: see messages.hpp.

#include "core/delivery_log.hpp"
#include "core/partition.hpp"

#include <cafka/errc.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/output.hpp>
#include <cafka/types.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cafka::actors {

/// Names a worker incarnation of a partition.
struct worker_id {
  topic_partition tp;
  cafka::generation generation;
  std::uint64_t incarnation = 0;
  friend bool operator==(const worker_id&, const worker_id&) = default;
};

// -- a strand -> manager, by the manager's buffer -----------------------------

/// The handler is built, and delivery goes on by itself.
struct handler_built {
  worker_id from;
};

/// The handler is built or has been called, and retained records above `after`
/// come next, if there are any. Answered with `delivery_loop::go_on`.
struct worker_ready {
  worker_id from;
  offset_t after = -1;
};

/// The times of a handler call.
struct call_times {
  duration took{0};
  /// From the timestamp of its first record to the call; nothing: it has none.
  std::optional<std::chrono::milliseconds> age;
};

/// The parts that few answers have.
struct answer_rest {
  /// Of one that rejects a record, or has outputs: how it fails.
  core::failed_call failed;
  std::vector<output> outputs; ///< the manager takes them out
  std::size_t outputs_taken = 0;
  std::size_t bytes = 0; ///< of `outputs`
};

/// A handler call returned with an answer that does not end its worker.
struct call_ended {
  worker_id from;
  handler_answer::kind answer = handler_answer::kind::ack;
  offset_range batch;    ///< from its first offset up to behind its last one
  offset_t through = -1; ///< acked up to here, if anything is
  std::shared_ptr<answer_rest> rest; ///< null: none
  call_times times;
};

/// A handler call begins, with redelivered records of this range.
struct call_begun {
  worker_id from;
  offset_range batch;
  std::size_t records = 0;
};

/// All that one drain of the source gave, so that nothing of it comes before or
/// without the rest. With a block a handler call begins, unless a
/// `incarnation_failed` follows.
struct source_drained {
  worker_id from;
  core::intake what;
  /// The source's position is out of the broker's range.
  bool out_of_range = false;
  std::optional<call_ended> before; ///< ended just now
};

/// The incarnation is over: the handler could not be built, a call failed, or
/// the source did. Its last report; a successor need not wait for the end of
/// its worker. The manager itself reports it so, behind what the strand said,
/// where a call failed that had ended already. `errc::none`: nothing failed,
/// and the handler wants to begin again.
struct incarnation_failed {
  worker_id from;
  errc code = errc::none;
  std::string text;
  std::optional<core::failed_call> call = {}; ///< nothing: it was none
  std::optional<call_times> times = {}; ///< of the call, where it ran here
};

/// The handler's `on_close` threw; the worker may be gone.
struct close_failed {
  worker_id from;
  std::string text;
};

/// The incarnation is over: its handler is closed after a `drain_worker`. Its
/// last report.
struct worker_drained {
  worker_id from;
};

using delivery_report
  = std::variant<handler_built, worker_ready, call_begun, source_drained,
                 call_ended, incarnation_failed, worker_drained, close_failed>;

// -- manager -> worker --------------------------------------------------------

/// No new call; when the running one has returned the handler is closed, which
/// `worker_drained` tells.
struct drain_worker {
  time_point deadline;
  close_reason why = close_reason::revoked;
};

/// End now; a call that runs is left to its thread.
struct fence_worker {
  close_reason why = close_reason::lost;
};

} // namespace cafka::actors
