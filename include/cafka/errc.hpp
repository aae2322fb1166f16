#pragma once

#include <cstdint>
#include <string>

namespace cafka {

/// The errors, by name. `errors.hpp` makes them `caf::error` codes.
enum class errc : std::uint8_t {
  none = 0,            ///< no error
  invalid_config,      ///< a setting is missing, wrong or out of range
  name_taken,          ///< another group of this name runs in the system
  authentication,      ///< the broker or the client refused the credentials
  authorization,       ///< the broker denies the group or the topic
  fenced_instance,     ///< another member took this `group-instance-id`
  client_fatal,        ///< librdkafka declared its handle unusable
  broker_unavailable,  ///< no broker answers; the client keeps trying
  unknown_topic,       ///< a subscribed topic or partition does not exist
  offset_out_of_range, ///< the broker no longer or not yet has the position
  stale_membership,    ///< the coordinator does not know us in this generation
  rebalance_in_progress, ///< refused while the group rebalances
  timed_out,             ///< no answer in time
  other_client_error,    ///< any other error of the client or the broker
  handler_failed,     ///< the handler threw, or said that it or a record failed
  handler_not_built,  ///< the handler's factory threw or gave none
  bad_answer,         ///< the answer named an offset not in the batch
  source_failed,      ///< the partition's queue failed
  worker_killed,      ///< the worker ended by an exit message
  coordinator_died,   ///< the coordinator ended unexpectedly
  manager_died,       ///< the group manager ended unexpectedly
  restarts_exhausted, ///< more restarts than allowed in the window
  partition_stalled,  ///< a partition stalls: its client is replaced
  partition_exhausted, ///< a partition gave up and `on-exhausted` stops all
  calls_outlived_stop, ///< handler calls ran on after `stop-timeout`
  dead_letter_topic_missing, ///< the topic is not there, and is not to be made
  dead_letter_failed,        ///< a dead letter could not be written
  output_failed,             ///< an output could not be written
  record_rejected,           ///< the handler rejected a record
};

/// The name, as it stands in the enumeration.
std::string to_string(errc x);

/// True for errors that a restart of the group cannot mend: configuration,
/// authentication, authorization, a fenced instance id, a topic for dead
/// letters that is missing; or is not meant to: `on-exhausted = stop-group`.
constexpr bool is_permanent(errc x) noexcept {
  return x == errc::invalid_config || x == errc::name_taken
         || x == errc::authentication || x == errc::authorization
         || x == errc::fenced_instance || x == errc::partition_exhausted
         || x == errc::dead_letter_topic_missing;
}

} // namespace cafka
