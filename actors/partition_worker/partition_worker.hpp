#pragma once

#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"
#include "actors/partition_worker/delivery_window.hpp"
#include "actors/partition_worker/first_redelivery.hpp"

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
  std::shared_ptr<partition_registry> registry;
  /// Where the strand reports to when the worker is gone.
  std::shared_ptr<compat::gate<manager_actor>> reports;
  std::size_t batch_size = 500;
  std::shared_ptr<delivery_window> window;
  std::shared_ptr<first_redelivery> first;
};

/// The handler of one worker life; its code runs on the partition's strand alone.
struct handler_session;
/// What calls it, on the strand, too.
class delivery_loop;

/// Has one topic-partition read and handed to the user's handler.
///
/// ```
///   delivering ── drain ──► stopping
///      │ drain, no call runs   │ the call has returned
///      ▼                       ▼
///   closing ◄──────────────────┘
///      │ handler closed
///      ▼
///   worker_drained, end
/// ```
///
/// Whatever fails on the strand ends the worker with that cause. However it
/// ends, its state's destructor has the handler closed on the strand, behind a
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
  enum class phase { delivering, stopping, closing };

  // -- messages
  void on_call_returned(const call_returned& x);
  void on_drain(const drain_worker& x);
  void on_handler_closed();

  // -- what it does
  void close();
  void post_close(bool tell_me);

  base* self_;
  manager_actor manager_;
  worker_settings settings_;
  std::shared_ptr<compat::gate<worker_actor>> gate_;
  std::shared_ptr<handler_session> session_;
  std::shared_ptr<delivery_loop> loop_;
  phase phase_ = phase::delivering;
  close_reason close_reason_ = close_reason::failed;
};

} // namespace cafka::actors
