#pragma once

#include "actors/group_memory/group_memory.hpp"
#include "actors/interfaces.hpp"
#include "core/flow_window.hpp"

#include <memory>
#include <string>
#include <vector>

namespace cafka::actors {

/// What a worker is spawned with.
struct worker_settings {
  worker_id id;
  std::shared_ptr<const partition_identity> identity;
  core::record_source_ptr source;
  handler_factory factory;
  caf::settings init_args;
  std::shared_ptr<group_memory> memory;
  /// Where the lane reports to when the worker is gone.
  std::shared_ptr<compat::gate<manager_actor>> reports;
  std::size_t batch_size = 500;
  core::flow_window window{10, 100'000};
};

/// The handler of one worker life and what is asked of it. Its jobs run on the
/// partition's lane, one at a time; the worker only posts them.
struct handler_session;

/// Reads one topic-partition and hands batches to the user's handler.
///
/// ```
///   building ── built ──► ready ◄──── call returned ────┐
///      │                  │   │                         │
///      │                  │   └── retained or new ──► calling
///      │ drain            │ drain                       │ drain, once the call
///      ▼                  ▼                             ▼ has returned
///   closing ◄─────────────┴─────────────────────────────┘
///      │ handler closed
///      ▼
///   worker_drained, end
/// ```
///
/// Whatever fails in the handler ends the worker with that cause. However it
/// ends, its state's destructor has the handler closed on the lane, behind a
/// call that still runs.
class partition_worker_state {
public:
  static constexpr const char* name = "cafka.partition_worker";
  using base = worker_actor::base;

  partition_worker_state(base* self, manager_actor manager,
                         worker_settings settings);
  ~partition_worker_state();
  partition_worker_state(const partition_worker_state&) = delete;
  partition_worker_state& operator=(const partition_worker_state&) = delete;

  worker_actor::behavior_type make_behavior();

private:
  enum class phase { building, ready, calling, closing };

  // -- messages
  void on_built(const handler_built& x);
  void on_redeliver(const redeliver& x);
  void on_read_source(const read_source& x);
  void on_window_freed(const window_freed& x);
  void on_call_returned(const call_returned& x);
  void on_drain(const drain_worker& x);
  void on_handler_closed();

  // -- what it does
  void pump();
  void call(core::redelivery what, bool is_new);
  bool report(const core::fetched& x);
  void answer(const handler_answer& x);
  void close();
  void post_close(bool tell_me);
  void fail(errc code, const std::string& text);

  base* self_;
  manager_actor manager_;
  worker_settings settings_;
  std::shared_ptr<handler_session> session_;
  std::shared_ptr<revocation_notice> notice_;
  std::shared_ptr<compat::gate<worker_actor>> gate_;
  phase phase_ = phase::building;
  close_reason close_reason_ = close_reason::failed;
  // -- reading
  bool reading_ = false; // the retained records are through
  bool held_ = false;    // too many ranges of acks
  bool more_ = true;     // the source may have something
  bool draining_ = false;
  core::range_set skip_;
  offset_t from_ = 0;
  // -- the call that runs
  core::delivery_ptr delivery_;
  std::shared_ptr<const message_batch> batch_;
  /// Records were taken from the source and not yet reported.
  bool unreported_ = false;
};

} // namespace cafka::actors
