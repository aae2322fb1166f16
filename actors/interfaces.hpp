#pragma once

/// Every typed handle of a group's actors. `cafka::group_actor` is the part of
/// the manager's interface that users see; the supervisor has it too.

#include "actors/caf_compat.hpp"
#include "actors/messages.hpp"

#include <cafka/group.hpp>
#include <cafka/producer.hpp>

namespace cafka::actors {

using coordinator_actor
  = compat::typed<void(commit_request), void(revocation_done),
                  void(seek_request), void(ends_request), void(range_request),
                  void(wake_request), void(close_client),
                  void(follow_generation), void(position_request), void(ping),
                  // from the client's threads and from itself
                  void(client_ready), void(retry_look_up), void(keep_alive)>;

using manager_actor = compat::typed<
  void(ack), void(ack_individual),
  void(std::string, partition_t, generation, offset_t),
  void(std::string, partition_t, generation, std::vector<offset_t>),
  ack_reply(ack_request), committed_offsets(get_committed_offsets),
  group_status(get_status), void(subscribe_events), void(stop_group),
  void(nack), ack_reply(nack_request), operation_reply(pause_partitions),
  operation_reply(resume_partitions), operation_reply(restart_worker),
  operation_reply(dispose_record), operation_reply(move_partition),
  record_excerpt(get_record),
  // from those who fill its buffer
  void(buffer_filled), void(doze_over),
  // from the coordinator
  void(assignments_received), void(assignments_revoked), void(commit_result),
  void(seek_done), void(ends_result), void(range_result), void(position_result),
  void(client_failure), void(client_recovered), void(member_waiting),
  // from its producer
  void(write_report), void(letter_topics_checked),
  // from both
  void(pong),
  // from the registry's thread pool and from itself
  void(event), void(watch_due), void(backoff_elapsed), void(redelivery_due),
  void(ask_range_again)>;

using worker_actor = compat::typed<void(drain_worker), void(fence_worker)>;

using reaper_actor
  = compat::typed<void(bury_client), void(client_gone), void(client_overdue)>;

using group_producer_actor
  = compat::typed<void(write_dead_letter), void(write_outputs),
                  void(check_letter_topics), void(close_producer), void(ping),
                  // from the client's threads and from itself
                  void(producer_ready), void(producer_tick)>;

using record_producer_actor
  = compat::typed<produced(produce),
                  // from the client's threads and from itself
                  void(producer_ready), void(producer_tick)>;

using supervisor_actor = compat::typed<
  void(ack), void(ack_individual),
  void(std::string, partition_t, generation, offset_t),
  void(std::string, partition_t, generation, std::vector<offset_t>),
  ack_reply(ack_request), committed_offsets(get_committed_offsets),
  group_status(get_status), void(subscribe_events), void(stop_group),
  void(nack), ack_reply(nack_request), operation_reply(pause_partitions),
  operation_reply(resume_partitions), operation_reply(restart_worker),
  operation_reply(dispose_record), operation_reply(move_partition),
  record_excerpt(get_record),
  // from the manager, about itself and the group
  void(event),
  // from the reaper of a client, from the strands, from itself
  void(client_closed), void(strands_idle), void(restart_group),
  void(stop_deadline),
  // from those who send acks between two incarnations
  void(buffer_filled),
  // from handlers of ours
  void(handler_event)>;

} // namespace cafka::actors
