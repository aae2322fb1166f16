#pragma once

#include "core/silence_watch.hpp"
#include "program/event_log.hpp"
#include "program/service_state.hpp"
#include "program/status_board.hpp"

#include <cafka/types.hpp>

#include <memory>

namespace cafka::app {

/// Tells how the groups of a run are: to who asks by a signal, once a minute
/// where there was nothing else to tell, and to a service manager. For the
/// thread that looks at it again and again; it waits for no group.
class run_watch {
public:
  /// `service` outlives this.
  run_watch(std::shared_ptr<event_log> log, service_state& service,
            time_point start)
    : log_(std::move(log)), service_(service), silence_(start) {
  }

  /// Where its groups are added.
  status_board& board() noexcept {
    return board_;
  }
  /// `status_is_wanted`: somebody asked since the last call.
  void look(time_point now, bool status_is_wanted);

private:
  void show(const status_answer& x, time_point now);
  void show_status(const status_answer& x);

  std::shared_ptr<event_log> log_;
  service_state& service_;
  status_board board_;
  core::silence_watch silence_;
  bool wants_status_ = false;
  bool wants_lag_ = false;
};

} // namespace cafka::app
