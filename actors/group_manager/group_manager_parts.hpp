#pragma once

#include "actors/group_manager/ack_intake.hpp"
#include "actors/group_manager/call_answers.hpp"
#include "actors/group_manager/control_pings.hpp"
#include "actors/group_manager/lost_positions.hpp"
#include "actors/group_manager/manager_context.hpp"
#include "actors/group_manager/offset_commits.hpp"
#include "actors/group_manager/operator_intents.hpp"
#include "actors/group_manager/partition_moves.hpp"
#include "actors/group_manager/progress_checks.hpp"
#include "actors/group_manager/rebalancing.hpp"
#include "actors/group_manager/record_disposals.hpp"
#include "actors/group_manager/record_failures.hpp"
#include "actors/group_manager/record_writes.hpp"
#include "actors/group_manager/strand_reports.hpp"
#include "actors/group_manager/worker_supervision.hpp"

#include <memory>
#include <utility>

namespace cafka::actors {

/// The parts of one group manager, by which each finds the others. All of them
/// run on the manager's actor.
///
/// A call that ends in `rebalancing::check_drained` or in a stop may give
/// partitions back, so that `held` has them no more. Whoever goes on behind it
/// looks the partition up again.
struct group_manager_parts {
  group_manager_parts(
    manager_context::base* self, std::shared_ptr<const group_options> options,
    std::shared_ptr<partition_registry> registry,
    const manager_context::coordinator_factory& make_coordinator,
    record_writes::producer_factory make_producer,
    worker_supervision::worker_factory make_worker)
    : context(self, std::move(options), std::move(registry), make_coordinator),
      commits(context),
      acks(*this),
      reports(*this),
      answers(*this),
      workers(*this, std::move(make_worker)),
      failures(*this),
      writes(*this, std::move(make_producer)),
      rebalance(*this),
      progress(*this),
      lost(*this),
      intents(*this),
      disposals(*this),
      moves(*this),
      pings(*this) {
  }
  group_manager_parts(const group_manager_parts&) = delete;
  group_manager_parts& operator=(const group_manager_parts&) = delete;

  manager_context context;
  offset_commits commits;
  ack_intake acks;
  strand_reports reports;
  call_answers answers;
  worker_supervision workers;
  record_failures failures;
  record_writes writes;
  rebalancing rebalance;
  progress_checks progress;
  lost_positions lost;
  operator_intents intents;
  record_disposals disposals;
  partition_moves moves;
  control_pings pings;
};

} // namespace cafka::actors
