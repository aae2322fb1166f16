#pragma once

#include "actors/interfaces.hpp"
#include "actors/partition_registry/handler_session.hpp"
#include "actors/partition_registry/manager_buffer.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "actors/partition_worker/delivery_window.hpp"
#include "core/partition.hpp"
#include "core/record_source.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace cafka::actors {

/// What a worker's incarnation is made with.
struct delivery_settings {
  worker_id id;
  std::shared_ptr<const partition_identity> identity;
  core::record_source_ptr source;
  handler_factory factory;
  caf::settings init_args;
  std::shared_ptr<partition_registry> registry;
  std::size_t batch_size = 500;
  core::flow_window window{0, 0};            ///< what is retained is in there
  bool counts_exactly = false;               ///< see `delivery_window`
  std::size_t outputs_bytes_max = 8'388'608; ///< `outputs-max-bytes`
  core::delivery_step first;
};

/// One incarnation of a partition's worker. Has the handler built, takes
/// records from the partition's source and hands them to it, turn by turn on
/// the partition's strand: a record goes from librdkafka's queue to the handler
/// on one thread. The manager makes it and tells it what comes next; the
/// worker, an actor, lets it end. What happens is reported to the manager's
/// buffer, each call before it begins and after it returned.
///
/// ```
///               some are retained               called with them
///   building ─────────────────────► redelivering ──────────────► waiting
///      │ │ acks came meanwhile         ▲ go_on: more are            │ ▲
///      │ └─────────────────────────────┼────────────────────────────┼─┤
///      │                               └────────────────────────────┤ │
///      │ none                            go_on: no more are         ▼ │
///      └────────────────────────────────────────────────────────► reading
///                     the rest comes again, one by one, out of range ┘
///   building, redelivering, waiting, reading
///      │ drain, or a call is not begun        │ failed, or end
///      ▼                                      ▼
///   stopped ── the handler is closed, end ──► closed
/// ```
///
/// A turn makes as many calls as fit into a moment: where more is there and the
/// window is open, the next turn goes to the end of the strand, so that what
/// else waits for a thread gets its turn. Thread safe.
class delivery_loop : public std::enable_shared_from_this<delivery_loop> {
public:
  explicit delivery_loop(delivery_settings x);

  const worker_id& id() const noexcept {
    return id_;
  }

  // -- for the manager

  /// Once, before everything else.
  void begin();
  /// Records became acked: where the handler is not built yet, the manager is
  /// asked what comes first.
  void withdraw();
  /// Answers a `worker_ready`, or the source was moved. Void where it does not
  /// wait for that.
  void go_on(core::delivery_step x);
  /// As `delivery_window::free`; `look_again` follows.
  bool free(core::volume x, offset_t delivered_to) {
    return window_.free(x, delivered_to);
  }
  /// Nothing new is delivered until it is let go; then `look_again` follows.
  void hold(bool on) {
    window_.hold(on);
  }
  /// When it returns no call begins any more, until it is let go; then the
  /// manager says what comes next, and `look_again` follows.
  void pause(bool on);
  /// See `delivery_window`.
  void count_exactly() {
    window_.count_exactly();
  }
  /// The same; `look_again` follows.
  void free_outputs(std::size_t bytes) {
    window_.free_outputs(bytes);
  }
  /// There may be room.
  void look_again();

  // -- for the worker, and for the manager where that has ended

  /// No call begins any more. The handler is closed behind one that runs, which
  /// is reported by `worker_drained`.
  void drain(time_point deadline, close_reason why);
  /// Nothing is read or reported any more, and nothing of the user's code
  /// begins but `on_close`. A call that runs is told that its time is over.
  void end();
  /// Behind a call that runs. Once; further calls have no effect.
  void close_handler(close_reason why);

  // -- for the handler, on any thread

  /// See `handler_context::end_worker`.
  void end_by_handler(worker_end x);

private:
  enum class state {
    building,
    redelivering,
    waiting,
    reading,
    stopped,
    closed
  };
  using guard_type = std::unique_lock<std::mutex>;

  void transition_to(state x);
  void wake();
  void post_turn();
  template <class Job>
  void run(Job job);
  void build(guard_type& guard);
  void begin_step(core::delivery_step x);
  void turn(guard_type& guard);
  bool call_next(guard_type& guard);
  core::delivery_ptr take();
  core::delivery_ptr report(core::fetched x);
  bool may_read() const;
  void call(core::redelivery what, bool is_again, guard_type& guard);
  void take_answer(handler_session::outcome result, const message_batch& batch,
                   call_times times, bool asks);
  void end_call(call_ended x, bool asks);
  void end_as(worker_end x);
  void send_ended();
  void send_closed();
  void fail(errc code, std::string text);
  void fail_call(core::failed_call x, std::optional<call_times> times = {});

  const worker_id id_;
  const std::shared_ptr<const partition_identity> identity_;
  const core::record_source_ptr source_;
  const std::shared_ptr<manager_buffer> manager_;
  const std::shared_ptr<handler_session> session_;
  /// Weak: it owns the strands, whose jobs own this.
  const std::weak_ptr<partition_registry> registry_;
  const std::size_t batch_size_;
  const std::size_t outputs_bytes_max_;
  const std::shared_ptr<revocation_notice> notice_
    = std::make_shared<revocation_notice>();
  delivery_window window_;

  // Not under the lock: the source's wake comes under librdkafka's locks.
  std::atomic<bool> more_ = true;       // the source may have something
  std::atomic<bool> scheduled_ = false; // a turn waits in the strand, or runs
  std::atomic<bool> closing_ = false;   // of the handler

  std::mutex mutex_; // guards everything below
  state state_ = state::building;
  /// While building; nothing: the manager is to be asked.
  std::optional<core::delivery_step> first_;
  std::optional<core::redelivery> again_; // while redelivering
  /// Goes with the next call's begin; never kept while the lock is open.
  std::optional<call_ended> ended_;
  /// Goes behind it: retained records above come next.
  std::optional<offset_t> asks_after_;
  bool alone_ = false; // of the source one record, and the manager is asked
  bool calls_ = false; // the handler
  std::optional<worker_end> ends_after_call_; // then
  core::range_set skip_;
  std::vector<std::pair<offset_t, std::uint32_t>> failures_; // of the source's
  offset_t from_ = 0;          // nothing of the source below it
  offset_t delivered_to_ = -1; // behind what was handed out last
};

} // namespace cafka::actors
