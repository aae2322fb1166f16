#pragma once

#include "actors/interfaces.hpp"
#include "actors/outbox/outbox.hpp"

#include <cafka/group.hpp>
#include <cafka/producer.hpp>

#include <atomic>
#include <chrono>
#include <memory>

namespace cafka::actors {

/// Writes what anybody asks for, and answers when the report came: see
/// `cafka::spawn_producer`. It ends when it was told to and all is answered.
class record_producer_state {
public:
  static constexpr const char* name = "cafka.record_producer";
  using base = record_producer_actor::base;

  /// Of `options` its log is used.
  record_producer_state(base* self,
                        std::shared_ptr<const group_options> options,
                        std::chrono::milliseconds timeout,
                        kafka::writer_factory make_client);
  ~record_producer_state();
  record_producer_state(const record_producer_state&) = delete;
  record_producer_state& operator=(const record_producer_state&) = delete;

  record_producer_actor::behavior_type make_behavior();

private:
  caf::result<produced> on_produce(const produce& x);
  void on_ready();
  void on_tick();
  void begin_end();
  void end_if_told();
  outbox::settings outbox_settings(std::chrono::milliseconds timeout,
                                   kafka::writer_factory make_client);
  time_point now() const;

  base* self_;
  std::shared_ptr<const group_options> options_;
  reaper_actor reaper_;
  std::shared_ptr<compat::closable_handle<record_producer_actor>> handle_;
  std::shared_ptr<std::atomic<bool>> woken_;
  outbox box_;
  bool ticking_ = false;
  bool ending_ = false;
};

using record_producer
  = compat::actor_of<record_producer_state, record_producer_state::base>;

} // namespace cafka::actors
