#pragma once

#include "actors/interfaces.hpp"
#include "actors/partition_registry/handler_session.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "actors/partition_worker/delivery_window.hpp"
#include "actors/partition_worker/first_redelivery.hpp"
#include "core/delivery_log.hpp"
#include "core/range_set.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace cafka::actors {

struct worker_settings;

/// Has a partition's handler built, takes records from the partition's source and
/// hands them to it, turn by turn on the partition's strand: a record goes from
/// librdkafka's queue to the handler on one thread. The worker lets it begin and
/// end, the manager hears of every call before it begins and after it returned.
///
/// ```
///          begin, built     read, or ready again         call returned
///   building ─────► waiting ─────────────────────► turn ──────────────► waiting
///      │ not built     │ stop                        │ stop, it has returned
///      └───────────────┴───────► stopped ◄───────────┘ call failed, or source
/// ```
///
/// A turn makes as many calls as fit into a moment: where more is there and the
/// window is open, the next turn goes to the end of the strand, so that what else
/// waits for a thread gets its turn. Thread safe.
class delivery_loop : public std::enable_shared_from_this<delivery_loop> {
public:
  delivery_loop(const worker_settings& x,
                std::shared_ptr<handler_session> session,
                std::shared_ptr<compat::gate<worker_actor>> worker);

  // -- for the worker

  /// Once, before everything else.
  void begin();
  /// Retained records go to the handler.
  void redeliver(core::redelivery x);
  /// From now on the source is read.
  void read(const read_source& x);
  void hold(bool on);
  /// No call begins any more. True: one runs, and the worker is told when it has
  /// returned.
  bool stop(time_point revoke_deadline);
  /// Nothing comes from here any more, neither calls nor messages.
  void close();

private:
  using guard_type = std::unique_lock<std::mutex>;

  std::function<void()> weak_call(void (delivery_loop::*f)());
  void wake();
  void schedule();
  template <class Job>
  void run(Job job);
  void build(guard_type& guard);
  void turn(guard_type& guard);
  void call_again(core::redelivery what, guard_type& guard);
  core::delivery_ptr take();
  core::delivery_ptr report(core::fetched x);
  void call(core::redelivery what, guard_type& guard);
  void ask_for_retained(std::optional<offset_t> after);
  std::optional<handler_answer> answer_of(handler_session::outcome x,
                                          const message_batch& batch);
  void end_call(const handler_answer& answer, const message_batch& batch,
                core::delivery_ptr what);
  void tell_ended();
  void fail(errc code, std::string text);
  void let_go();
  bool may_read() const;

  const worker_id id_;
  const std::shared_ptr<const partition_identity> identity_;
  const core::record_source_ptr source_;
  const std::shared_ptr<delivery_window> window_;
  const std::shared_ptr<first_redelivery> first_;
  const std::shared_ptr<handler_session> session_;
  const std::shared_ptr<compat::gate<worker_actor>> worker_;
  const std::shared_ptr<compat::gate<manager_actor>> manager_;
  /// Weak: it owns the strands, whose jobs own this.
  const std::weak_ptr<partition_registry> registry_;
  const std::size_t batch_size_;
  const std::shared_ptr<revocation_notice> notice_
    = std::make_shared<revocation_notice>();

  // Not under the lock: the source's wake comes under librdkafka's locks.
  std::atomic<bool> more_ = true;       // the source may have something
  std::atomic<bool> scheduled_ = false; // a turn waits in the strand

  std::mutex mutex_;     // guards everything below
  bool reading_ = false; // no retained records are to come first
  bool held_ = false;    // too many ranges of acks
  bool stopped_ = false;
  bool calling_ = false; // or about to, with retained records
  bool closed_ = false;
  bool failed_ = false;
  /// Goes with the next call's begin; never kept while the lock is open.
  std::optional<call_ended> ended_;
  /// What is retained above comes again, before anything newer.
  std::optional<offset_t> again_after_;
  core::range_set skip_;
  offset_t from_ = 0;
};

} // namespace cafka::actors
