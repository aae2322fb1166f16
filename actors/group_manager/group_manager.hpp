#pragma once

#include "actors/group_manager/group_manager_parts.hpp"
#include "actors/partition_registry/buffered_actor.hpp"

#include <memory>
#include <string>

namespace cafka::actors {

/// Reacts to assignments and revocations with one worker per partition,
/// restarts workers, takes acks and decides on commits. Knows no librdkafka: it
/// talks to a coordinator. Acks and the reports of strands come by the
/// registry's buffer, which it empties before anything that must not overtake
/// them. Each partition's states are those of `core::partition`.
///
/// Here each message is given to the part of the manager that it is for, and
/// queries are answered.
class group_manager_state {
public:
  static constexpr const char* name = "cafka.group_manager";
  using base = manager_actor::base;
  using coordinator_factory = manager_context::coordinator_factory;
  using worker_factory = worker_supervision::worker_factory;
  using producer_factory = record_writes::producer_factory;

  /// `make_worker`: for tests; empty spawns a partition_worker.
  group_manager_state(base* self, std::shared_ptr<const group_options> options,
                      std::shared_ptr<partition_registry> registry,
                      const coordinator_factory& make_coordinator,
                      producer_factory make_producer,
                      worker_factory make_worker = {});
  ~group_manager_state();
  group_manager_state(const group_manager_state&) = delete;
  group_manager_state& operator=(const group_manager_state&) = delete;

  manager_actor::behavior_type make_behavior();

private:
  template <class Part, class T>
  auto behind_acks(Part& part, void (Part::*f)(const T&));
  template <class Part, class R, class T>
  auto behind_acks(Part& part, R (Part::*f)(const T&));
  void look_at_orders();
  void on_commit_result(const commit_result& x);
  void on_client_failure(const client_failure& x);
  void on_client_recovered();
  void on_watch_due(const watch_due&);
  group_status status();
  committed_offsets committed(const std::string& topic) const;

  group_manager_parts parts_;
  manager_context& context_;
};

using group_manager = buffered_actor<group_manager_state, manager_actor::base>;

} // namespace cafka::actors
