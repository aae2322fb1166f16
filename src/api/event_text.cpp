#include "api/log_lines.hpp"
#include "core/text_field.hpp"

#include <cafka/events.hpp>
#include <cafka/message_handler.hpp>
#include <cafka/partition_state.hpp>
#include <cafka/status.hpp>

namespace cafka {

std::string to_string(close_reason x) {
  switch (x) {
    case close_reason::revoked:
      return "revoked";
    case close_reason::lost:
      return "lost";
    case close_reason::reset:
      return "reset";
    case close_reason::failed:
      return "failed";
    case close_reason::stopped:
      return "stopped";
  }
  return "unknown";
}

std::string to_string(partition_state x) {
  switch (x) {
    case partition_state::starting:
      return "starting";
    case partition_state::running:
      return "running";
    case partition_state::isolating:
      return "isolating";
    case partition_state::backoff:
      return "backoff";
    case partition_state::disposing:
      return "disposing";
    case partition_state::moving:
      return "moving";
    case partition_state::doubted:
      return "doubted";
    case partition_state::draining:
      return "draining";
    case partition_state::fenced:
      return "fenced";
    case partition_state::exhausted:
      return "exhausted";
  }
  return "unknown";
}

std::string to_string(partition_health x) {
  switch (x) {
    case partition_health::healthy:
      return "healthy";
    case partition_health::exhausted:
      return "exhausted";
    case partition_health::failing:
      return "failing";
    case partition_health::stalled:
      return "stalled";
    case partition_health::handler_slow:
      return "handler_slow";
    case partition_health::acks_overdue:
      return "acks_overdue";
  }
  return "unknown";
}

std::string to_string(group_state x) {
  switch (x) {
    case group_state::running:
      return "running";
    case group_state::restarting:
      return "restarting";
    case group_state::stopping:
      return "stopping";
  }
  return "unknown";
}

std::string to_string(event_kind x) {
  constexpr const char* names[] = {"assigned",
                                   "assignment_complete",
                                   "begin_resolved",
                                   "begins_at_end",
                                   "revoked",
                                   "lost",
                                   "revocation_complete",
                                   "worker_started",
                                   "worker_failed",
                                   "worker_restarted",
                                   "worker_exhausted",
                                   "record_failed",
                                   "isolating",
                                   "isolation_through",
                                   "blame_unknown",
                                   "dead_lettered",
                                   "dead_letter_failed",
                                   "record_skipped",
                                   "failure_flood",
                                   "output_failed",
                                   "ack_refused",
                                   "delivery_waits",
                                   "commit_sent",
                                   "committed",
                                   "commit_failed",
                                   "foreign_offset_metadata",
                                   "offset_map_refused",
                                   "offset_map_unguarded",
                                   "reset",
                                   "client_error",
                                   "client_recovered",
                                   "member_waits",
                                   "partition_waits",
                                   "acks_overdue",
                                   "handler_slow",
                                   "partition_stalled",
                                   "partition_resumed",
                                   "handler_not_closed",
                                   "handler_threads_exhausted",
                                   "program_started",
                                   "program_ended",
                                   "program_killed",
                                   "drain_expired",
                                   "stop_expired",
                                   "delivery_paused",
                                   "delivery_resumed",
                                   "restart_asked",
                                   "dispose_asked",
                                   "move_asked",
                                   "moved",
                                   "move_failed",
                                   "operation_refused",
                                   "group_restarted",
                                   "supervisor_gave_up"};
  static_assert(std::size(names)
                == static_cast<std::size_t>(event_kind::supervisor_gave_up)
                     + 1);
  auto i = static_cast<std::size_t>(x);
  return i < std::size(names) ? names[i] : "unknown";
}

bool is_warning(event_kind x) noexcept {
  switch (x) {
    case event_kind::begins_at_end:
    case event_kind::lost:
    case event_kind::worker_failed:
    case event_kind::worker_exhausted:
    case event_kind::record_failed:
    case event_kind::isolation_through:
    case event_kind::blame_unknown:
    case event_kind::dead_lettered:
    case event_kind::dead_letter_failed:
    case event_kind::record_skipped:
    case event_kind::failure_flood:
    case event_kind::output_failed:
    case event_kind::delivery_waits:
    case event_kind::commit_failed:
    case event_kind::foreign_offset_metadata:
    case event_kind::offset_map_refused:
    case event_kind::offset_map_unguarded:
    case event_kind::reset:
    case event_kind::client_error:
    case event_kind::member_waits:
    case event_kind::partition_waits:
    case event_kind::acks_overdue:
    case event_kind::handler_slow:
    case event_kind::partition_stalled:
    case event_kind::handler_not_closed:
    case event_kind::handler_threads_exhausted:
    case event_kind::program_killed:
    case event_kind::drain_expired:
    case event_kind::stop_expired:
    case event_kind::delivery_paused:
    case event_kind::delivery_resumed:
    case event_kind::restart_asked:
    case event_kind::dispose_asked:
    case event_kind::move_asked:
    case event_kind::moved:
    case event_kind::move_failed:
    case event_kind::operation_refused:
    case event_kind::group_restarted:
    case event_kind::supervisor_gave_up:
      return true;
    default:
      return false;
  }
}

std::string to_string(const event& x) {
  auto line = line_of(x);
  auto result = "event=" + line.event + " group=" + field_value(x.group);
  if (!line.partition.empty())
    result += " partition=" + field_value(line.partition);
  core::add_fields(result, line);
  return result;
}

} // namespace cafka
