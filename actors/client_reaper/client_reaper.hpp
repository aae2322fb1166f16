#pragma once

#include "actors/interfaces.hpp"
#include "kafka/client.hpp"

#include <cafka/group.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace cafka::actors {

/// Sees to it that the end of a client is heard of, whatever librdkafka does:
/// it waits for each with a limit of its own. Made with the owner of its
/// clients, which it outlives; it ends with its last client.
///
/// A client has an entry from `bury_client` until it has ended (`client_gone`).
/// One that is overdue (`client_overdue`) is cut off, told, and left behind
/// without an entry.
class client_reaper_state {
public:
  static constexpr const char* name = "cafka.client_reaper";
  using base = reaper_actor::base;
  /// `on_closed` is called once, when the last client has ended or was left
  /// behind. `limit`: of a farewell.
  client_reaper_state(base* self, std::shared_ptr<const group_options> options,
                      std::function<void()> on_closed,
                      std::chrono::milliseconds limit);
  ~client_reaper_state();
  client_reaper_state(const client_reaper_state&) = delete;
  client_reaper_state& operator=(const client_reaper_state&) = delete;

  reaper_actor::behavior_type make_behavior();

private:
  struct ending_client {
    std::function<void()> cut_off;
    kafka::farewell how;
    bool member;
  };

  void on_bury(const bury_client& x);
  void on_gone(const client_gone& x);
  void on_overdue(client_overdue x);
  void forget(std::uint64_t number);
  void send_closed();
  void log(const std::string& text);

  base* self_;
  std::shared_ptr<const group_options> options_;
  std::function<void()> on_closed_; // until it is called
  std::chrono::milliseconds limit_;
  std::shared_ptr<compat::closable_handle<reaper_actor>> handle_;
  std::map<std::uint64_t, ending_client> ending_;
  std::uint64_t count_ = 0;
  std::optional<std::uint64_t> last_; // which of them
};

using client_reaper
  = compat::actor_of<client_reaper_state, client_reaper_state::base>;

} // namespace cafka::actors
