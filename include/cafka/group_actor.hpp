#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/messages.hpp>
#include <cafka/operations.hpp>
#include <cafka/status.hpp>
#include <cafka/type_ids.hpp>

#include <string>
#include <vector>

namespace cafka {

/// The handle of a group: of its supervisor, or of a manager that runs under a
/// supervisor of yours. Acks may also be sent as four plain values. Handles may
/// be copied, and used from any thread and any actor.
using group_actor = compat::typed<
  void(ack), void(ack_individual),
  void(std::string, partition_t, generation, offset_t),
  void(std::string, partition_t, generation, std::vector<offset_t>),
  ack_reply(ack_request), committed_offsets(get_committed_offsets),
  group_status(get_status), void(subscribe_events), void(stop_group),
  void(nack), ack_reply(nack_request), operation_reply(pause_partitions),
  operation_reply(resume_partitions), operation_reply(restart_worker),
  operation_reply(dispose_record), operation_reply(move_partition),
  record_excerpt(get_record)>;

} // namespace cafka
