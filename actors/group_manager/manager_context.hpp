#pragma once

#include "actors/events/event_publisher.hpp"
#include "actors/events/refusal_log.hpp"
#include "actors/group_manager/held_partition.hpp"
#include "actors/interfaces.hpp"
#include "actors/partition_registry/partition_registry.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace cafka::actors {

/// What all parts of a group manager share: the actor and its neighbours, the
/// partitions that it holds, its clock, and whom it tells. No part keeps a
/// pointer into `held` beyond what it is called for.
class manager_context {
public:
  using base = manager_actor::base;
  using held_map = std::map<topic_partition, held_partition>;
  /// Spawns the coordinator; the manager is its only neighbour.
  using coordinator_factory
    = std::function<coordinator_actor(const manager_actor&)>;

  manager_context(base* self, std::shared_ptr<const group_options> options,
                  std::shared_ptr<partition_registry> registry,
                  const coordinator_factory& make_coordinator);

  const group_config& config() const noexcept {
    return options->config;
  }
  group_counts& counts() noexcept {
    return registry->counts();
  }

  // -- what is stale

  /// The one place where it is counted: what came and does not fit any more is
  /// to be dropped by who asks. Gives `fits`.
  bool is_current(bool fits) noexcept {
    stale_dropped_ += fits ? 0 : 1;
    return fits;
  }
  /// Null where it does not fit, too. One that is null is counted already.
  template <class T>
  T* current(T* x, bool fits) noexcept {
    return x != nullptr && is_current(fits) ? x : nullptr;
  }
  std::uint64_t stale_dropped() const noexcept {
    return stale_dropped_;
  }

  // -- partitions; null: there is none

  /// Stale is what is of a partition that is not held, of a generation or of a
  /// worker's incarnation that is over.
  held_partition* find(const topic_partition& tp, generation g);
  held_partition* find(const worker_id& id);
  /// Not counted, since it may be gone in good order: of any generation, or of
  /// this one while its acks count.
  held_partition* look_up(const topic_partition& tp);
  held_partition* look_up(const topic_partition& tp, generation g);

  // -- time

  time_point now() const;
  /// The manager looks at what is due at `at`, or before.
  void arm(time_point at);
  /// True: what was armed last is due by `t`, and arms nothing any more.
  bool disarm(time_point t);
  template <class T>
  void send_later(duration delay, T x) {
    compat::send_after(self, manager_actor{self},
                       std::max(caf::timespan{delay}, caf::timespan{0}),
                       std::move(x));
  }
  /// From 0 to 1, for backoffs.
  double jitter();

  // -- events

  void publish(event_kind kind, const topic_partition& tp, generation g,
               offset_t offset = -1, std::uint64_t count = 0,
               errc code = errc::none, std::string text = {});
  /// Of the group, not of one partition.
  void publish(event_kind kind, std::uint64_t count = 0, errc code = errc::none,
               std::string text = {});
  /// An ack, or a nack.
  void refuse(const topic_partition& tp, generation g, ack_result why);
  /// Those that were not told at once.
  void report_refusals();
  std::uint64_t refused() const noexcept {
    return refusals_.total();
  }

  base* const self;
  const std::shared_ptr<const group_options> options;
  const std::shared_ptr<partition_registry> registry;
  /// For other threads. Closed when the manager ends.
  const std::shared_ptr<compat::closable_handle<manager_actor>> handle;
  const coordinator_actor coordinator;
  compat::monitors<base> monitors;
  event_publisher publisher;
  held_map held;

private:
  refusal_log refusals_;
  std::optional<time_point> armed_;
  std::minstd_rand random_;
  std::uint64_t stale_dropped_ = 0;
};

} // namespace cafka::actors
