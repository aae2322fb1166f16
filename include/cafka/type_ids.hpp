#pragma once

#include <cafka/detail/caf_compat.hpp>
#include <cafka/errc.hpp>
#include <cafka/events.hpp>
#include <cafka/messages.hpp>
#include <cafka/operations.hpp>
#include <cafka/produce.hpp>
#include <cafka/status.hpp>

#include <vector>

// The ids of cafka's messages: [first_custom_type_id + 100, … + 200), so that a
// program's own block may stay in front of them.
CAF_BEGIN_TYPE_ID_BLOCK(cafka, caf::first_custom_type_id + 100)
  CAF_ADD_TYPE_ID(cafka, (cafka::errc))
  CAF_ADD_TYPE_ID(cafka, (cafka::generation))
  CAF_ADD_TYPE_ID(cafka, (cafka::topic_partition))
  CAF_ADD_TYPE_ID(cafka, (cafka::ack_result))
  CAF_ADD_TYPE_ID(cafka, (cafka::ack))
  CAF_ADD_TYPE_ID(cafka, (cafka::ack_individual))
  CAF_ADD_TYPE_ID(cafka, (cafka::ack_request))
  CAF_ADD_TYPE_ID(cafka, (cafka::ack_reply))
  CAF_ADD_TYPE_ID(cafka, (cafka::nack))
  CAF_ADD_TYPE_ID(cafka, (cafka::nack_request))
  CAF_ADD_TYPE_ID(cafka, (cafka::get_committed_offsets))
  CAF_ADD_TYPE_ID(cafka, (cafka::committed_offset))
  CAF_ADD_TYPE_ID(cafka, (cafka::committed_offsets))
  CAF_ADD_TYPE_ID(cafka, (cafka::get_status))
  CAF_ADD_TYPE_ID(cafka, (cafka::partition_status))
  CAF_ADD_TYPE_ID(cafka, (cafka::group_status))
  CAF_ADD_TYPE_ID(cafka, (cafka::subscribe_events))
  CAF_ADD_TYPE_ID(cafka, (cafka::stop_group))
  CAF_ADD_TYPE_ID(cafka, (cafka::event))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::offset_t>))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::committed_offset>))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::partition_status>))
  CAF_ADD_TYPE_ID(cafka, (cafka::produce))
  CAF_ADD_TYPE_ID(cafka, (cafka::produced))
  CAF_ADD_TYPE_ID(cafka, (cafka::failure_step))
  CAF_ADD_TYPE_ID(cafka, (cafka::target_position))
  CAF_ADD_TYPE_ID(cafka, (cafka::pause_partitions))
  CAF_ADD_TYPE_ID(cafka, (cafka::resume_partitions))
  CAF_ADD_TYPE_ID(cafka, (cafka::restart_worker))
  CAF_ADD_TYPE_ID(cafka, (cafka::dispose_record))
  CAF_ADD_TYPE_ID(cafka, (cafka::move_partition))
  CAF_ADD_TYPE_ID(cafka, (cafka::operation_result))
  CAF_ADD_TYPE_ID(cafka, (cafka::operation_reply))
  CAF_ADD_TYPE_ID(cafka, (cafka::pause_status))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::pause_status>))
  CAF_ADD_TYPE_ID(cafka, (cafka::time_counts))
  CAF_ADD_TYPE_ID(cafka, (cafka::topic_status))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::topic_status>))
  CAF_ADD_TYPE_ID(cafka, (cafka::get_record))
  CAF_ADD_TYPE_ID(cafka, (cafka::bytes_excerpt))
  CAF_ADD_TYPE_ID(cafka, (cafka::header_excerpt))
  CAF_ADD_TYPE_ID(cafka, (cafka::record_excerpt))
  CAF_ADD_TYPE_ID(cafka, (std::vector<cafka::header_excerpt>))
CAF_END_TYPE_ID_BLOCK(cafka)

CAFKA_ERROR_ENUM(cafka::errc, "cafka")
